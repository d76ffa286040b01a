/** What a scan means: a product, or where goods come in and go out an order. */
import { Alert, Stack, Text, UnstyledButton } from '@mantine/core'
import { useNetwork } from '@mantine/hooks'
import { useState } from 'react'
import { ApiProblem } from '~/api/problems'
import { useSpeech, type MessageKey } from '~/i18n'
import { useMay } from '~/session/me'
import { Said, Sku } from '~/ui/page'
import { Found } from './found'
import { lookAt, mayWorkOn, useOpenOrders } from './open-orders'
import { OpenCounts } from './open-counts'
import { NotOpen, OrderList, useOrderName } from './order-list'
import { OrderWork } from './order-work'
import { type OrderKind } from './in-hand'
import { afterQueue, named, numberIn, type OpenOrder } from './orders'
import type { Mode } from './queue'
import { ScanField } from './scan-field'
import { findCode, findName } from './seen'
import type { Seen } from './storage'
import type { Queue } from './use-queue'

/** An order that is worked on, and the product that led to it. */
export interface Chosen {
  order: OpenOrder
  first?: number
}

interface ScannerProps {
  mode: Mode
  warehouseId: number
  queue: Queue
  chosen: Chosen | null
  choose(chosen: Chosen | null): void
}

type Result = { kind: 'products'; products: Seen[] } | { kind: 'not_open'; text: string } | { kind: 'failed'; text: string }

export const kindOf = (mode: Mode): OrderKind | null => (mode === 'receive' ? 'purchase' : mode === 'pick' ? 'sales' : null)

export function Scanner({ mode, warehouseId, queue, chosen, choose }: ScannerProps) {
  const { t } = useSpeech()
  const may = useMay()
  const { online } = useNetwork()
  const name = useOrderName()
  const kind = kindOf(mode)
  const byOrder = kind !== null && mayWorkOn(kind, may)
  const open = useOpenOrders(kind, warehouseId)
  const [result, setResult] = useState<Result | null>(null)
  const [product, setProduct] = useState<Seen | null>(null)
  const [scans, setScans] = useState(0)
  // Who moves one product moves the next to the same place.
  const [to, setTo] = useState<number | null>(null)
  const orders = (open.data?.orders ?? []).map((it) => afterQueue(it, queue.all)).filter((it) => it.lines.length > 0)

  /** The order that a text names, open here or not; null where it names none. */
  async function orderFor(text: string): Promise<OpenOrder | string | null> {
    if (!byOrder) return null
    const known = named(orders, text, kind)
    if (known) return known
    const number = numberIn(text, kind)
    if (!number) return null
    try {
      const { order, state } = await lookAt(kind, number.id, warehouseId)
      return order.lines.length > 0 ? order : t('orders.closed_here', { name: name(kind, number.id), state: t(`state.${state}` as MessageKey) })
    } catch {
      // There is none of that number, or nobody to ask: it may still be part of a name.
      return number.isSaid ? t('orders.unknown', { name: name(kind, number.id) }) : null
    }
  }
  async function meaningOf(text: string): Promise<Result | OpenOrder> {
    const exact = await findCode(text)
    if (exact.length > 0) return { kind: 'products', products: exact }
    const order = await orderFor(text)
    if (typeof order === 'string') return { kind: 'not_open', text: order }
    return order ?? { kind: 'products', products: await findName(text) }
  }
  async function scan(text: string) {
    setResult(null)
    setProduct(null)
    try {
      const meaning = await meaningOf(text)
      if ('lines' in meaning) return choose({ order: meaning })
      setResult(meaning)
      if (meaning.kind === 'products' && meaning.products.length === 1) setProduct(meaning.products[0] ?? null)
    } catch (error) {
      setResult({ kind: 'failed', text: error instanceof ApiProblem ? error.message : t('error.gone_text') })
    } finally {
      setScans((before) => before + 1)
    }
  }
  function done() {
    setProduct(null)
    setResult(null)
    setScans((before) => before + 1)
  }
  if (chosen)
    return (
      <OrderWork
        key={`${chosen.order.key} ${chosen.order.seen_at}`}
        seen={chosen.order}
        first={chosen.first}
        queue={queue}
        leave={() => {
          choose(null)
          done()
        }}
      />
    )
  const found = result?.kind === 'products' ? result.products : []
  const isForSheets = mode === 'count' && may('counts.record') && online
  if (mode === 'count' && !may('stock.count')) return <OpenCounts warehouseId={warehouseId} />
  return (
    <>
      <ScanField hint={t(byOrder ? 'orders.hint' : `scan.${mode}_means`)} onScan={(text) => void scan(text)} ready={scans} />
      <div aria-live="polite" className="live">
        {result?.kind === 'products' && found.length === 0 && (
          <Alert color="red" title={t('scan.unknown')}>
            {t('scan.unknown_text')}
          </Alert>
        )}
        {result?.kind === 'not_open' && <NotOpen text={result.text} />}
        {result?.kind === 'failed' && <Said texts={[result.text]} />}
      </div>
      {found.length > 1 && !product && (
        <Stack gap={6}>
          {found.map((it) => (
            <UnstyledButton key={it.id} className="card" p="md" onClick={() => setProduct(it)}>
              <Text fw={600}>{it.name}</Text>
              <Sku>{it.sku}</Sku>
            </UnstyledButton>
          ))}
        </Stack>
      )}
      {product && (
        <Found
          key={product.id}
          product={product}
          mode={mode}
          warehouseId={warehouseId}
          orders={byOrder ? orders : []}
          choose={(order) => choose({ order, first: product.id })}
          to={to}
          setTo={setTo}
          add={queue.add}
          done={done}
        />
      )}
      {isForSheets && !product && <OpenCounts warehouseId={warehouseId} />}
      {byOrder && !product && open.data && <OrderList kind={kind} orders={orders} isOld={!online || open.data.isKept} choose={(order) => choose({ order })} />}
    </>
  )
}
