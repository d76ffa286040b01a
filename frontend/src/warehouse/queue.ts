/** Commands on their way: kept until the server has said yes, or somebody has decided about its no.
 *
 * A command is sent under the key that it was given when it was meant, with the moment when it was
 * meant, in the order in which they were meant. No answer: it waits, and is sent again. A refusal is
 * kept, with its words, for a person to decide.
 */
import { newKey } from '~/api/client'
import { ApiProblem, ServerGone } from '~/api/problems'
import type { OrderKind, Work } from './in-hand'

export type Mode = 'look' | 'receive' | 'pick' | 'move' | 'count'
export type State = 'waiting' | 'accepted' | 'refused'

/** The order that a command is about, so that it can be taken up again where it is refused. */
export interface AboutOrder {
  key: string
  kind: OrderKind
  id: number
  warehouse_id: number
  products: { line: number; product_id: number; name: string }[]
  work: Work
}

export interface Queued {
  key: string
  /** When it was meant, as an instant. */
  at: string
  path: string
  body: Record<string, unknown>
  label: string
  /** Who meant it: nobody else sends it in their own name. */
  by: string
  state: State
  message: string | null
  /** The kind of problem that it was refused as. */
  problem?: string
  /** By how many units stock changes, where the body does not say so itself. */
  units?: number
  order?: AboutOrder
  tries: number
}

/** A command, meant now. */
export function meant(path: string, body: Record<string, unknown>, label: string, by: string, now: Date): Queued {
  const at = now.toISOString()
  return { key: newKey(), at, path, body: { ...body, occurred_at: at }, label, by, state: 'waiting', message: null, tries: 0 }
}

/** What was refused, meant once more, at the time when it was done: a refusal is the answer to its key for good. */
export function meantAgain(command: Queued): Queued {
  return { ...command, key: newKey(), state: 'waiting', message: null, problem: undefined }
}

export type Outcome = { kind: 'accepted'; message: string } | { kind: 'refused'; message: string; problem: string } | { kind: 'wait' }

/** What an error says about a command: refused for good, or to be sent again. */
export function outcomeOf(error: unknown): Outcome {
  if (error instanceof ServerGone) return { kind: 'wait' }
  if (error instanceof ApiProblem) {
    // Busy, too many, still at work, signed out: the command itself is not at fault.
    if (error.status >= 500 || error.status === 429 || error.status === 401 || error.kind === 'key_in_flight') return { kind: 'wait' }
    return { kind: 'refused', message: error.message, problem: error.kind }
  }
  return { kind: 'wait' }
}

export interface Keeper {
  waiting(): Promise<Queued[]>
  put(command: Queued): Promise<void>
}

/** Send what waits, oldest first, until nothing waits or nobody answers. Whether all were sent. */
export async function sendAll(keeper: Keeper, send: (command: Queued) => Promise<string>): Promise<boolean> {
  for (const command of await keeper.waiting()) {
    let outcome: Outcome
    try {
      outcome = { kind: 'accepted', message: await send(command) }
    } catch (error) {
      outcome = outcomeOf(error)
    }
    if (outcome.kind === 'wait') {
      await keeper.put({ ...command, tries: command.tries + 1 })
      return false
    }
    const problem = outcome.kind === 'refused' ? outcome.problem : undefined
    await keeper.put({ ...command, state: outcome.kind, message: outcome.message, problem, tries: command.tries + 1 })
  }
  return true
}

/** Somebody, as commands name them and as people call them. */
export interface Someone {
  by: string
  shown: string
}

export function someone(me: { kind: string; name: string; display_name: string | null }): Someone {
  return { by: `${me.kind}:${me.name}`, shown: me.display_name ?? me.name }
}

/** The commands of the modes, as the API takes them. */
export function commandFor(mode: Exclude<Mode, 'look'>, product: { id: number; name: string }, quantity: number, warehouseId: number, toWarehouseId: number | null, who: Someone, now: Date): Queued {
  const path = `/api/v1/operations/inventory/${product.id}`
  const warehouse_id = warehouseId
  const of = (where: string, body: Record<string, unknown>) => meant(where, body, product.name, who.by, now)
  switch (mode) {
    case 'receive':
      return of(`${path}/adjust`, { quantity, reason: 'Received by scanner', warehouse_id })
    case 'pick':
      return of(`${path}/adjust`, { quantity: -quantity, reason: 'Picked by scanner', warehouse_id })
    case 'count':
      return of(`${path}/count`, { counted_quantity: quantity, counted_by: who.shown, warehouse_id })
    case 'move':
      return of('/api/v1/operations/inventory/transfer', { product_id: product.id, from_warehouse_id: warehouseId, to_warehouse_id: toWarehouseId, quantity, reason: 'Moved by scanner' })
  }
}

/** What came on an order that takes nothing in any more, received without it: a command for each product. */
export function withoutOrder(order: AboutOrder, who: Someone, now: Date): Queued[] {
  return order.work.lines.flatMap((line) => {
    const product = order.products.find((it) => it.line === line.line)
    if (!product || line.quantity === 0) return []
    return [commandFor('receive', { id: product.product_id, name: product.name }, line.quantity, order.warehouse_id, null, who, now)]
  })
}
