/** What can be done with stock, and who may. */
import type { Permission } from '~/session/me'

export type ActionKind = 'adjust' | 'reserve' | 'release' | 'transfer' | 'count'

export const NEEDED: Record<ActionKind, Permission> = {
  adjust: 'stock.move',
  reserve: 'stock.reserve',
  release: 'stock.reserve',
  transfer: 'stock.move',
  count: 'stock.count',
}
export const KINDS = Object.keys(NEEDED) as ActionKind[]

export interface Asked {
  kind: ActionKind
  product?: { id: number; name: string; sku: string }
  warehouseId?: number
  orderId?: number
  quantity?: number
}
