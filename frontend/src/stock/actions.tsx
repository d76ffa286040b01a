/** Moving stock from anywhere: whoever asks for an action gets its form. */
import { Suspense, createContext, lazy, useContext, useMemo, useState, type ReactNode } from 'react'
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

const ActionContext = createContext<((asked: Asked) => void) | null>(null)
const ActionForm = lazy(() => import('./action-form'))

export function StockActions({ children }: { children: ReactNode }) {
  const [asked, setAsked] = useState<(Asked & { number: number }) | null>(null)
  const open = useMemo(() => (wanted: Asked) => setAsked((before) => ({ ...wanted, number: (before?.number ?? 0) + 1 })), [])
  return (
    <ActionContext value={open}>
      {children}
      {asked && (
        <Suspense fallback={null}>
          <ActionForm key={asked.number} asked={asked} close={() => setAsked(null)} />
        </Suspense>
      )}
    </ActionContext>
  )
}

/** Opens the form of an action. */
export function useStockAction(): (asked: Asked) => void {
  const open = useContext(ActionContext)
  if (!open) throw new Error('outside of StockActions')
  return open
}
