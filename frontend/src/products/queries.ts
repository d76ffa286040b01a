/** What is asked about products. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { answerOf, api, type Schemas } from '~/api/client'
import type { paths } from '~/api/onhand'
import { remembered } from '~/api/remembered'

export type Product = Schemas['ProductData']
export type Level = Schemas['LevelData']
export type Movement = Schemas['MovementData']

export type ProductsAsked = NonNullable<paths['/api/v1/operations/products']['get']['parameters']['query']>

export const productsQuery = (query: ProductsAsked) =>
  queryOptions({
    queryKey: ['products', query],
    queryFn: ({ signal }) => answerOf(api.GET('/api/v1/operations/products', { params: { query }, signal })),
    placeholderData: keepPreviousData,
  })

const IDS_AT_ONCE = 200
const NAMES_KEPT_MS = 300_000

/** Products by their ids, all at once; what is not there is left out. */
export const productsByIdQuery = (productIds: readonly number[]) => {
  const ids = [...new Set(productIds)].sort((a, b) => a - b)
  return queryOptions({
    queryKey: ['names', ids],
    queryFn: async ({ signal }) => {
      const found = new Map<number, Product>()
      for (let at = 0; at < ids.length; at += IDS_AT_ONCE) {
        const query = { ids: ids.slice(at, at + IDS_AT_ONCE).join(','), per_page: IDS_AT_ONCE }
        for (const it of (await answerOf(api.GET('/api/v1/operations/products', { params: { query }, signal }))).data) found.set(it.id, it)
      }
      return found
    },
    enabled: ids.length > 0,
    staleTime: NAMES_KEPT_MS,
    placeholderData: keepPreviousData,
  })
}

export const productQuery = (productId: number) =>
  queryOptions({
    queryKey: ['product', productId],
    queryFn: async ({ signal }) => {
      const asked = await api.GET('/api/v1/operations/products/{product_id}', { params: { path: { product_id: productId } }, signal })
      const answer = await answerOf(Promise.resolve(asked))
      return { product: answer.data, etag: asked.response.headers.get('etag') }
    },
  })

export const inventoryQuery = (productId: number, asOf?: string) =>
  queryOptions({
    queryKey: ['product', productId, 'inventory', asOf ?? 'now'],
    queryFn: async ({ signal }) =>
      (
        await answerOf(
          api.GET('/api/v1/operations/inventory/{product_id}', {
            params: { path: { product_id: productId }, query: asOf ? { as_of: asOf } : {} },
            signal,
          }),
        )
      ).data,
    placeholderData: keepPreviousData,
  })

export type MovementsAsked = NonNullable<paths['/api/v1/operations/stock-movements']['get']['parameters']['query']>

export const movementsQuery = (query: MovementsAsked) =>
  queryOptions({
    queryKey: ['movements', query],
    queryFn: ({ signal }) => answerOf(api.GET('/api/v1/operations/stock-movements', { params: { query }, signal })),
    placeholderData: keepPreviousData,
  })

const MOST_PAGES = 12

/** A product's movements since a moment, newest first: as many as a plot can use. */
export const pastQuery = (productId: number, from: string) =>
  queryOptions({
    queryKey: ['movements', 'past', productId, from],
    staleTime: 30_000,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const found: Movement[] = []
      let cursor: string | undefined
      for (let page = 0; page < MOST_PAGES; page++) {
        const query = { product_id: productId, from, sort: '-occurred_at' as const, per_page: 200, cursor }
        const answer = await answerOf(api.GET('/api/v1/operations/stock-movements', { params: { query }, signal }))
        found.push(...answer.data)
        cursor = answer.meta.next_cursor ?? undefined
        if (!cursor) return { movements: found, isWhole: true }
      }
      return { movements: found, isWhole: false }
    },
  })

export const warehousesQuery = queryOptions({
  queryKey: ['warehouses'],
  queryFn: ({ signal }) =>
    remembered('warehouses', async () => (await answerOf(api.GET('/api/v1/operations/warehouses', { params: { query: { per_page: 200 } }, signal }))).data),
  staleTime: 60_000,
})
