/** Open orders as warehouse mode works on them: what is open of each line, and what is in hand.
 *
 * A purchase order's line is open by what is on order, a sales order's by what is held for it in
 * this warehouse. What was done without network is not known to the server yet: it is taken off
 * what was last seen, and never written into it.
 */
import { inHand, withLine, type InHand, type OrderKind, type Work } from './in-hand'
import { meant, type Queued, type Someone } from './queue'

export interface OpenLine {
  line: number
  product_id: number
  name: string
  sku: string
  barcode: string | null
  open: number
}

export interface OpenOrder {
  /** Kind, number and warehouse: a sales order may be open in several. */
  key: string
  place: string
  kind: OrderKind
  id: number
  warehouse_id: number
  /** The supplier, or the customer. */
  partner: string | null
  reference: string | null
  due: string | null
  /** Another one when something of it has changed. */
  mark: string
  seen_at: string
  lines: OpenLine[]
}

export const placeOf = (kind: OrderKind, warehouseId: number) => `${kind}/${warehouseId}`
export const keyOf = (kind: OrderKind, id: number, warehouseId: number) => `${kind}/${id}/${warehouseId}`

const NUMBERED = /^(?:.*\/(purchase|sales)-orders\/|(PO|SO)[-#\s]?|#)?(\d{1,15})$/i

/** The number that a scanned or typed text may mean, and whether it says so itself. */
export function numberIn(text: string, kind: OrderKind): { id: number; isSaid: boolean } | null {
  const found = NUMBERED.exec(text.trim())
  if (!found) return null
  const said = found[1]?.toLowerCase() ?? (found[2] ? (found[2].toUpperCase() === 'PO' ? 'purchase' : 'sales') : undefined)
  if (said !== undefined && said !== kind) return null
  return { id: Number(found[3]), isSaid: said !== undefined || text.trim().startsWith('#') }
}

/** The open order that a text names, by its number or its reference. */
export function named(orders: OpenOrder[], text: string, kind: OrderKind): OpenOrder | undefined {
  const number = numberIn(text, kind)
  const wanted = text.trim().toLowerCase()
  return orders.find((it) => it.id === number?.id) ?? orders.find((it) => it.reference?.toLowerCase() === wanted)
}

/** An order as it will be when what waits here has been sent; without lines of which nothing is open. */
export function afterQueue(order: OpenOrder, queue: Queued[]): OpenOrder {
  const gone = new Map<number, number>()
  for (const it of queue) {
    if (it.state !== 'waiting' || it.order?.key !== order.key) continue
    for (const line of it.order.work.lines) gone.set(line.line, (gone.get(line.line) ?? 0) + line.quantity)
  }
  if (gone.size === 0) return order
  const lines = order.lines.map((it) => ({ ...it, open: Math.max(0, it.open - (gone.get(it.line) ?? 0)) }))
  return { ...order, lines: lines.filter((it) => it.open > 0) }
}

export const openUnits = (order: OpenOrder) => order.lines.reduce((sum, it) => sum + it.open, 0)

/** How much of a product is open in an order. */
export function openOf(order: OpenOrder, productId: number): number {
  return order.lines.reduce((sum, it) => sum + (it.product_id === productId ? it.open : 0), 0)
}

/** The line that one more unit of a product belongs to: the first that is not full, else its last. */
export function lineFor(order: OpenOrder, work: Work, productId: number): OpenLine | undefined {
  const lines = order.lines.filter((it) => it.product_id === productId)
  return lines.find((it) => inHand(work, it.line).quantity < it.open) ?? lines.at(-1)
}

/** Everything that is open, in hand. */
export function everything(order: OpenOrder, work: Work): Work {
  return order.lines.reduce((all, it) => withLine(all, { ...inHand(all, it.line), quantity: Math.max(0, it.open - inHand(all, it.line).rejected) }), work)
}

export const unitsOf = (work: Work) => work.lines.reduce((sum, it) => sum + it.quantity, 0)
export const rejectedOf = (work: Work) => work.lines.reduce((sum, it) => sum + it.rejected, 0)

/** The command that an order's work becomes: a receipt of that order, or a shipment of it. */
export function commandOf(order: OpenOrder, work: Work, label: string, who: Someone, now: Date): Queued {
  const lines = work.lines.filter((it) => it.quantity > 0 || it.rejected > 0)
  const reference = work.reference.trim()
  const done: Work = { lines, reference }
  const about = { order: { key: order.key, kind: order.kind, id: order.id, warehouse_id: order.warehouse_id, products: productsOf(order, lines), work: done } }
  if (order.kind === 'purchase') {
    const body = { delivery_reference: reference, lines: lines.map((it) => ({ line: it.line, received: it.quantity, rejected: it.rejected, reason: it.rejected > 0 ? it.reason.trim() : undefined })) }
    return { ...meant(`/api/v1/operations/purchase-orders/${order.id}/receive`, body, label, who.by, now), ...about, units: unitsOf(done) }
  }
  const body = { warehouse_id: order.warehouse_id, reference: reference || undefined, lines: lines.map((it) => ({ line: it.line, quantity: it.quantity })) }
  return { ...meant(`/api/v1/sales/orders/${order.id}/ship`, body, label, who.by, now), ...about, units: -unitsOf(done) }
}

function productsOf(order: OpenOrder, lines: InHand[]): { line: number; product_id: number; name: string }[] {
  const wanted = new Set(lines.map((it) => it.line))
  return order.lines.filter((it) => wanted.has(it.line)).map(({ line, product_id, name }) => ({ line, product_id, name }))
}
