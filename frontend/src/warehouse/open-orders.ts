/** Open orders of a warehouse: asked of the server, else as they were last seen. */
import { queryOptions, useQuery } from '@tanstack/react-query'
import { answerOf, api } from '~/api/client'
import { ServerGone } from '~/api/problems'
import { useMay, type May } from '~/session/me'
import { type OrderKind } from './in-hand'
import { keyOf, placeOf, type OpenLine, type OpenOrder } from './orders'
import { productsById } from './seen'
import { keepOrders, keptOrders } from './storage'

/** As many as a phone should carry; others are found by their number while there is network. */
const MOST = 100
const AT_ONCE = 4

const OF = { purchase: 'purchase-orders', sales: 'sales-orders' } as const

/** Whether somebody may take goods in, or send them off, by orders. */
export function mayWorkOn(kind: OrderKind, may: May): boolean {
  return kind === 'purchase' ? may('purchasing.read') && may('purchasing.receive') : may('sales.read') && may('sales.ship')
}

interface Head {
  id: number
  mark: string
}

async function heads(kind: OrderKind, warehouse_id: number): Promise<Head[]> {
  const query = { open: true, warehouse_id, per_page: MOST }
  if (kind === 'purchase') {
    const { data } = await answerOf(api.GET('/api/v1/operations/purchase-orders', { params: { query: { ...query, sort: 'expected_date' } } }))
    return data.map((it) => ({ id: it.id, mark: `${it.updated_at} ${it.quantity_on_order}` }))
  }
  // What is allocated grows as stock arrives, without a step of the order.
  const { data } = await answerOf(api.GET('/api/v1/sales/orders', { params: { query: { ...query, sort: 'requested_date' } } }))
  return data.map((it) => ({ id: it.id, mark: `${it.updated_at} ${it.quantity_allocated}` }))
}

const suppliers = new Map<number, string>()

async function supplierNamed(id: number): Promise<string> {
  let name = suppliers.get(id)
  if (name === undefined) {
    name = (await answerOf(api.GET('/api/v1/operations/suppliers/{supplier_id}', { params: { path: { supplier_id: id } } }))).data.name
    suppliers.set(id, name)
  }
  return name
}

interface Line {
  line: number
  product_id: number
  open: number
}

async function linesOf(lines: Line[]): Promise<OpenLine[]> {
  const open = lines.filter((it) => it.open > 0)
  const products = await productsById(open.map((it) => it.product_id))
  return open.map((it) => {
    const product = products.get(it.product_id)
    return { ...it, name: product?.name ?? `#${it.product_id}`, sku: product?.sku ?? '', barcode: product?.barcode ?? null }
  })
}

export interface Looked {
  order: OpenOrder
  state: string
}

/** One order as it is now; raises `ApiProblem` and `ServerGone`. */
export async function lookAt(kind: OrderKind, id: number, warehouse_id: number, mark = ''): Promise<Looked> {
  const about = { key: keyOf(kind, id, warehouse_id), place: placeOf(kind, warehouse_id), kind, id, warehouse_id, mark }
  const seen_at = new Date().toISOString()
  if (kind === 'purchase') {
    const { data } = await answerOf(api.GET('/api/v1/operations/purchase-orders/{purchase_order_id}', { params: { path: { purchase_order_id: id } } }))
    const isHere = data.warehouse_id === warehouse_id
    const lines = await linesOf(data.lines.map((it) => ({ line: it.line, product_id: it.product_id, open: isHere ? it.on_order : 0 })))
    return { state: data.state, order: { ...about, partner: await supplierNamed(data.supplier_id), reference: data.reference, due: data.expected_date, seen_at, lines } }
  }
  const { data } = await answerOf(api.GET('/api/v1/sales/orders/{sales_order_id}', { params: { path: { sales_order_id: id } } }))
  const held = (allocations: { warehouse_id: number; allocated: number }[]) => allocations.reduce((sum, it) => sum + (it.warehouse_id === warehouse_id ? it.allocated : 0), 0)
  const lines = await linesOf(data.lines.map((it) => ({ line: it.line, product_id: it.product_id, open: held(it.allocations) })))
  return { state: data.state, order: { ...about, partner: data.customer, reference: data.reference, due: data.requested_date, seen_at, lines } }
}

/** All open orders; those that have not changed since they were seen are not asked for again. */
async function see(kind: OrderKind, warehouseId: number): Promise<OpenOrder[]> {
  const place = placeOf(kind, warehouseId)
  const kept = new Map((await keptOrders(place)).map((it) => [it.id, it]))
  const wanted = await heads(kind, warehouseId)
  const found: OpenOrder[] = []
  for (let at = 0; at < wanted.length; at += AT_ONCE) {
    const some = wanted.slice(at, at + AT_ONCE).map(async ({ id, mark }) => {
      const before = kept.get(id)
      if (before && before.mark === mark) return { ...before, seen_at: new Date().toISOString() }
      return (await lookAt(kind, id, warehouseId, mark)).order
    })
    found.push(...(await Promise.all(some)))
  }
  // Held nowhere here: all of it waits for stock.
  const open = found.filter((it) => it.lines.length > 0)
  await keepOrders(place, open)
  return open
}

export interface OpenOrders {
  orders: OpenOrder[]
  /** Whether nobody answered, and this is what was seen before. */
  isKept: boolean
}

/** What is due first comes first, what is due at no time last. */
function byDue(a: OpenOrder, b: OpenOrder): number {
  return (a.due ?? '9').localeCompare(b.due ?? '9') || a.id - b.id
}

export const ordersQuery = (kind: OrderKind, warehouseId: number) =>
  queryOptions({
    queryKey: [OF[kind], 'open', warehouseId],
    refetchOnReconnect: 'always',
    queryFn: async (): Promise<OpenOrders> => {
      try {
        return { orders: (await see(kind, warehouseId)).sort(byDue), isKept: false }
      } catch (error) {
        if (!(error instanceof ServerGone)) throw error
        return { orders: (await keptOrders(placeOf(kind, warehouseId))).sort(byDue), isKept: true }
      }
    },
  })

/** One order as it is now, or where nobody answers as it was seen, with no state. */
export const orderQuery = (seen: OpenOrder) =>
  queryOptions({
    queryKey: [OF[seen.kind], 'open', seen.warehouse_id, seen.id],
    refetchOnReconnect: 'always',
    queryFn: async (): Promise<{ order: OpenOrder; state: string | null }> => {
      try {
        return await lookAt(seen.kind, seen.id, seen.warehouse_id)
      } catch (error) {
        if (!(error instanceof ServerGone)) throw error
        const kept = await keptOrders(seen.place)
        return { order: kept.find((it) => it.key === seen.key) ?? seen, state: null }
      }
    },
  })

/** Open orders to receive or to pick; none for those who may not. */
export function useOpenOrders(kind: OrderKind | null, warehouseId: number) {
  const may = useMay()
  return useQuery({ ...ordersQuery(kind ?? 'purchase', warehouseId), enabled: kind !== null && mayWorkOn(kind, may) })
}
