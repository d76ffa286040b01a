/** The names behind the numbers of a document's lines. */
import { useQuery } from '@tanstack/react-query'
import { productsByIdQuery } from '~/products/queries'

export interface Named {
  name: string
  sku: string
}

export function useProductNames(productIds: number[]): (id: number) => Named {
  const { data } = useQuery(productsByIdQuery(productIds))
  return (id) => data?.get(id) ?? { name: '…', sku: `#${id}` }
}
