/** How much there is to do, a number each: lists are asked for their total alone. */
import { queryOptions, type QueryClient } from '@tanstack/react-query'
import { answerOf, api } from '~/api/client'
import { meQuery, type May, type Permission } from '~/session/me'

const ONE = { per_page: 1 } as const
const SOON_MS = 24 * 3_600_000

type Total = () => Promise<{ meta: { total: number } }>

const TOTALS: Record<string, Total> = {
  out: () => answerOf(api.GET('/api/v1/operations/inventory/out-of-stock', { params: { query: ONE } })),
  low: () => answerOf(api.GET('/api/v1/operations/inventory/low-stock', { params: { query: ONE } })),
  backordered: () => answerOf(api.GET('/api/v1/operations/products', { params: { query: { ...ONE, stock_status: 'on_backorder', is_active: true } } })),
  to_ship: () => answerOf(api.GET('/api/v1/sales/orders', { params: { query: { ...ONE, open: true } } })),
  to_approve: () => answerOf(api.GET('/api/v1/operations/purchase-orders', { params: { query: { ...ONE, state: 'pending' } } })),
  to_come: () => answerOf(api.GET('/api/v1/operations/purchase-orders', { params: { query: { ...ONE, open: true } } })),
  in_transit: () => answerOf(api.GET('/api/v1/operations/transfers', { params: { query: { ...ONE, open: true } } })),
  to_review: () => answerOf(api.GET('/api/v1/operations/counts', { params: { query: { ...ONE, state: 'review' } } })),
  counts_due: async () => {
    // Who is limited to warehouses has others than the first.
    const { data } = await answerOf(api.GET('/api/v1/operations/warehouses', { params: { query: ONE } }))
    return answerOf(api.GET('/api/v1/operations/counts/plan', { params: { query: { ...ONE, warehouse_id: data[0]?.id ?? 1 } } }))
  },
  expiring: () =>
    answerOf(api.GET('/api/v1/operations/reservations', { params: { query: { ...ONE, expiring_before: new Date(Date.now() + SOON_MS).toISOString() } } })),
}

/** What every product of a warehouse is looked at for: days old, not seconds, and asked seldom. */
export const SLOW = 'counts_due'

export const counted = (key: string) =>
  queryOptions({
    queryKey: key === SLOW ? ['counts-due'] : ['home', 'total', key],
    queryFn: async () => (await (TOTALS[key] as Total)()).meta.total,
    staleTime: key === SLOW ? 600_000 : 5_000,
  })

const NEEDS: Record<string, Permission> = {
  out: 'stock.read',
  low: 'stock.read',
  backordered: 'stock.read',
  to_ship: 'sales.read',
  to_approve: 'purchasing.approve',
  to_come: 'purchasing.read',
  in_transit: 'transfers.read',
  to_review: 'counts.review',
  counts_due: 'counts.review',
  expiring: 'stock.read',
}

/** What home tells to somebody, in its order. */
export const tasksOf = (may: May) => Object.keys(NEEDS).filter((key) => may(NEEDS[key] as Permission))

/** Asks for home's numbers while its screen is still being loaded. */
export async function askAhead(queries: QueryClient): Promise<void> {
  const me = await queries.ensureQueryData(meQuery).catch(() => null)
  for (const key of tasksOf((it) => me?.permissions.includes(it) ?? false)) if (key !== SLOW) void queries.prefetchQuery(counted(key))
}

export const lowestQuery = queryOptions({
  queryKey: ['home', 'lowest'],
  queryFn: async ({ signal }) => (await answerOf(api.GET('/api/v1/operations/inventory/reorder-report', { params: { query: { per_page: 6 } }, signal }))).data,
})

export const lateQuery = queryOptions({
  queryKey: ['home', 'late'],
  queryFn: async ({ signal }) => {
    const today = new Date().toISOString().slice(0, 10)
    const open = await answerOf(api.GET('/api/v1/operations/purchase-orders', { params: { query: { open: true, per_page: 200 } }, signal }))
    return open.data.filter((it) => it.expected_date !== null && it.expected_date < today && it.quantity_on_order > 0).slice(0, 6)
  },
})
