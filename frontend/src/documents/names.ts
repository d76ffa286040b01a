/** The names behind the numbers of a document's lines. */
import { useQueries } from '@tanstack/react-query'
import { productQuery } from '~/products/queries'

export interface Named {
  name: string
  sku: string
}

const KEPT_MS = 300_000

export function useProductNames(productIds: number[]): (id: number) => Named {
  const ids = [...new Set(productIds)]
  const found = useQueries({ queries: ids.map((id) => ({ ...productQuery(id), staleTime: KEPT_MS })) })
  return (id) => {
    const product = found[ids.indexOf(id)]?.data?.product
    return { name: product?.name ?? '…', sku: product?.sku ?? `#${id}` }
  }
}
