/** What happens on the server, as it happens: each event makes stale what it changed. */
import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { listen } from '~/api/event-stream'
import { useMay } from '~/session/me'

const STREAM = '/api/v1/operations/events/stream'
const GATHERED_FOR_MS = 400
/** A busy shop changes thousands of times a second: each who looks asks anew this often at most. */
const AT_MOST_EACH_MS = 2_500

/** The questions whose answers an event of this type may change. */
export function touchedBy(type: string): string[] {
  const [what = ''] = type.split('.')
  if (what === 'stock' || what === 'reservation' || what === 'backorder') return ['products', 'product', 'movements', 'reservations', 'home', 'reports']
  if (what === 'product' || what === 'settings') return ['products', 'product', 'names', 'home', 'reports']
  if (what === 'warehouse') return ['warehouses']
  if (what === 'purchase_order') return ['purchase-orders', 'home', 'reports', 'product']
  if (what === 'sales_order') return ['sales-orders', 'home', 'product']
  if (what === 'transfer') return ['transfers', 'home', 'product']
  if (what === 'count') return ['counts', 'counts-due', 'home']
  if (what === 'supplier' || what === 'terms') return ['suppliers', 'reports']
  return ['home']
}

function refresh(queries: QueryClient, stale: Set<string>) {
  for (const name of stale) void queries.invalidateQueries({ queryKey: [name] })
  stale.clear()
}

export type Connection = 'live' | 'waiting' | 'off'

/** Listens for as long as somebody is here; says whether the line is up. */
export function useLive(): Connection {
  const may = useMay()
  const queries = useQueryClient()
  const [connection, setConnection] = useState<Connection>('waiting')
  const allowed = may('events.read')
  useEffect(() => {
    if (!allowed) {
      setConnection('off')
      return
    }
    const stale = new Set<string>()
    let timer: ReturnType<typeof setTimeout> | undefined
    let refreshedAt = -AT_MOST_EACH_MS
    const ending = new AbortController()
    void listen({
      address: STREAM,
      signal: ending.signal,
      onOpen() {
        setConnection('live')
      },
      onLost: () => setConnection('waiting'),
      onEvent({ type }) {
        for (const name of touchedBy(type)) stale.add(name)
        const rest = refreshedAt + AT_MOST_EACH_MS - performance.now()
        timer ??= setTimeout(
          () => {
            timer = undefined
            refreshedAt = performance.now()
            refresh(queries, stale)
          },
          Math.max(GATHERED_FOR_MS, rest),
        )
      },
    })
    return () => {
      ending.abort()
      clearTimeout(timer)
    }
  }, [allowed, queries])
  return connection
}
