/** Moving stock from anywhere: whoever asks for an action gets its form. */
import { Suspense, createContext, lazy, useContext, useMemo, useState, type ReactNode } from 'react'
import type { Asked } from './kinds'

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
