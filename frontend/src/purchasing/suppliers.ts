/** Suppliers, for names and for choosing one. */
import { queryOptions, useQuery } from '@tanstack/react-query'
import { answerOf, api } from '~/api/client'

export const suppliersQuery = queryOptions({
  queryKey: ['suppliers', 'all'],
  queryFn: async ({ signal }) => (await answerOf(api.GET('/api/v1/operations/suppliers', { params: { query: { per_page: 200 } }, signal }))).data,
  staleTime: 60_000,
})

export function useSupplierName(): (id: number) => string {
  const { data } = useQuery(suppliersQuery)
  return (id) => data?.find((it) => it.id === id)?.name ?? `#${id}`
}
