/** The form of a stock action: what it would do is shown before it is done. */
import { Button, Group, NumberInput, SegmentedControl, Skeleton, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedValue, useMediaQuery } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import { IconArrowRight } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState, type FormEvent } from 'react'
import { answerOf, api, type Schemas } from '~/api/client'
import { useCommand } from '~/api/command'
import { ApiProblem, placed } from '~/api/problems'
import { useSpeech, type MessageKey } from '~/i18n'
import { inventoryQuery, warehousesQuery } from '~/products/queries'
import { useMay, useMe } from '~/session/me'
import { Modal } from '~/ui/modal'
import { Said } from '~/ui/page'
import { ProductPicker, WarehousePicker, useWarehouseName, type Picked } from '~/ui/pickers'
import { KINDS, NEEDED, type ActionKind, type Asked } from './kinds'

interface Draft {
  kind: ActionKind
  productId: number
  warehouseId: number
  toWarehouseId: number | null
  quantity: number
  orderId: number | null
  reason: string
  reference: string
  counter: string
}

type Answered = Schemas['Adjusted'] | Schemas['Reserved'] | Schemas['Released'] | Schemas['Counted'] | Schemas['Transferred']

const FIELDS = ['product_id', 'warehouse_id', 'from_warehouse_id', 'to_warehouse_id', 'quantity', 'counted_quantity', 'order_id', 'reason', 'reference', 'counted_by'] as const

/** Send an action to the API, or only try it. */
async function carriedOut(draft: Draft, options: { key?: string; dry: boolean; signal?: AbortSignal }): Promise<{ message: string; data: Answered }> {
  const { productId: product_id, warehouseId: warehouse_id, quantity } = draft
  const reference = draft.reference.trim() || undefined
  const reason = draft.reason.trim()
  const headers = options.key ? { 'Idempotency-Key': options.key } : {}
  const rest = {
    headers,
    signal: options.signal,
    params: { path: { product_id }, query: options.dry ? { dry_run: true } : {} },
  } as { headers: Record<string, string>; signal?: AbortSignal; params: { path: { product_id: number } } }
  switch (draft.kind) {
    case 'adjust':
      return answerOf(api.POST('/api/v1/operations/inventory/{product_id}/adjust', { ...rest, body: { quantity, reason, reference, warehouse_id, order_id: draft.orderId ?? undefined } }))
    case 'reserve':
      return answerOf(api.POST('/api/v1/operations/inventory/{product_id}/reserve', { ...rest, body: { quantity, order_id: draft.orderId ?? 0, reason: reason || undefined, reference, warehouse_id } }))
    case 'release':
      return answerOf(api.POST('/api/v1/operations/inventory/{product_id}/release', { ...rest, body: { quantity, order_id: draft.orderId ?? 0, reason: reason || undefined, reference, warehouse_id } }))
    case 'count':
      return answerOf(api.POST('/api/v1/operations/inventory/{product_id}/count', { ...rest, body: { counted_quantity: quantity, counted_by: draft.counter.trim(), reference, warehouse_id } }))
    case 'transfer':
      return answerOf(
        api.POST('/api/v1/operations/inventory/transfer', {
          ...rest,
          body: { product_id, from_warehouse_id: warehouse_id, to_warehouse_id: draft.toWarehouseId ?? 0, quantity, reason: reason || undefined, reference },
        } as never),
      )
  }
}

export default function ActionForm({ asked, close }: { asked: Asked; close(): void }) {
  const { t } = useSpeech()
  const may = useMay()
  const me = useMe()
  const full = useMediaQuery('(max-width: 36em)')
  const kinds = KINDS.filter((it) => may(NEEDED[it]))
  const [kind, setKind] = useState<ActionKind>(asked.kind)
  const [product, setProduct] = useState<Picked | null>(asked.product ?? null)
  const { data: warehouses = [] } = useQuery(warehousesQuery)
  const [warehouseId, setWarehouseId] = useState<number | null>(asked.warehouseId ?? null)
  const [toWarehouseId, setToWarehouseId] = useState<number | null>(null)
  const [quantity, setQuantity] = useState<number | string>(asked.quantity ?? '')
  const [orderId, setOrderId] = useState<number | string>(asked.orderId ?? '')
  const [reason, setReason] = useState('')
  const [reference, setReference] = useState('')
  const [counter, setCounter] = useState(me.display_name ?? (me.kind === 'user' ? me.name : ''))
  useEffect(() => {
    if (warehouseId === null && warehouses[0]) setWarehouseId(warehouses[0].id)
  }, [warehouseId, warehouses])

  const needsOrder = kind === 'reserve' || kind === 'release'
  const whole =
    product !== null &&
    warehouseId !== null &&
    typeof quantity === 'number' &&
    (kind !== 'adjust' || reason.trim() !== '') &&
    (kind !== 'count' || counter.trim() !== '') &&
    (!needsOrder || typeof orderId === 'number') &&
    (kind !== 'transfer' || toWarehouseId !== null)
  const draft: Draft | null = whole
    ? { kind, productId: product.id, warehouseId, toWarehouseId, quantity, orderId: typeof orderId === 'number' ? orderId : null, reason, reference, counter }
    : null
  // What is typed of a reason changes nothing about the effect, but the API wants one.
  const tried: Draft | null =
    product && warehouseId !== null && typeof quantity === 'number' && (!needsOrder || typeof orderId === 'number') && (kind !== 'transfer' || toWarehouseId !== null)
      ? { ...(draft ?? { kind, productId: product.id, warehouseId, toWarehouseId, quantity, orderId: typeof orderId === 'number' ? orderId : null, reference: '' }), reason: 'preview', counter: 'preview', reference: '' }
      : null

  const done = useCommand<Draft, { message: string; data: Answered }>({
    send: (wanted, key) => carriedOut(wanted, { key, dry: false }),
    touches: ['products', 'product', 'movements', 'reservations', 'home', 'reports'],
    onDone(answer) {
      notifications.show({ color: 'pine', title: t('action.done'), message: `${product?.name ?? ''}: ${answer.message}` })
      close()
    },
  })
  const [settled] = useDebouncedValue(JSON.stringify(tried), 250)
  const preview = useQuery({
    queryKey: ['preview', settled],
    queryFn: ({ signal }) => carriedOut(JSON.parse(settled) as Draft, { dry: true, signal }),
    enabled: settled !== 'null',
    retry: false,
    staleTime: 0,
    gcTime: 0,
  })

  const problem = done.error ?? (settled === JSON.stringify(tried) ? preview.error : null)
  const { at, rest } = placed(problem, FIELDS)
  const lost = done.error && !(done.error instanceof ApiProblem) ? [t('action.lost')] : []

  function send(event: FormEvent) {
    event.preventDefault()
    if (draft && !done.isPending) done.mutate(draft)
  }
  const edit = <T,>(set: (value: T) => void) => (value: T) => {
    done.reset()
    set(value)
  }

  return (
    <Modal opened onClose={close} title={<Text fw={650}>{t('action.title')}</Text>} fullScreen={full} size="lg">
      <form onSubmit={send} noValidate>
        <Stack gap="md">
          {kinds.length > 1 && (
            <SegmentedControl
              fullWidth
              value={kind}
              onChange={(value) => edit(setKind)(value as ActionKind)}
              data={kinds.map((it) => ({ value: it, label: t(`action.${it}` as MessageKey) }))}
              aria-label={t('action.title')}
              size={full ? 'xs' : 'sm'}
            />
          )}
          <Text fz="sm" c="dimmed">
            {t(`action.${kind}_means` as MessageKey)}
          </Text>
          <Said texts={[...rest, ...lost]} />
          <ProductPicker label={t('action.product')} value={product} onPick={edit(setProduct)} error={at.product_id} autoFocus={!asked.product} />
          <Group grow align="flex-start" preventGrowOverflow={false}>
            <WarehousePicker
              label={kind === 'transfer' ? t('action.from') : t('action.warehouse')}
              value={warehouseId}
              onPick={edit(setWarehouseId)}
              error={at.warehouse_id ?? at.from_warehouse_id}
              allowDeselect={false}
            />
            {kind === 'transfer' && <WarehousePicker label={t('action.to')} value={toWarehouseId} onPick={edit(setToWarehouseId)} without={warehouseId} error={at.to_warehouse_id} />}
          </Group>
          <Group grow align="flex-start" preventGrowOverflow={false}>
            <NumberInput
              label={kind === 'count' ? t('action.counted') : t('action.quantity')}
              description={kind === 'adjust' ? t('action.signed') : undefined}
              inputWrapperOrder={['label', 'input', 'error', 'description']}
              value={quantity}
              onChange={edit(setQuantity)}
              allowDecimal={false}
              allowNegative={kind === 'adjust'}
              thousandSeparator=" "
              error={at.quantity ?? at.counted_quantity}
              data-autofocus={asked.product ? true : undefined}
            />
            {needsOrder && <NumberInput label={t('action.order')} value={orderId} onChange={edit(setOrderId)} allowDecimal={false} allowNegative={false} error={at.order_id} />}
            {kind === 'count' && <TextInput label={t('action.counter')} value={counter} onChange={(event) => edit(setCounter)(event.currentTarget.value)} error={at.counted_by} />}
          </Group>
          <Group grow align="flex-start" preventGrowOverflow={false}>
            {kind !== 'count' && (
              <TextInput
                label={t('action.reason')}
                value={reason}
                onChange={(event) => edit(setReason)(event.currentTarget.value)}
                error={at.reason}
                required={kind === 'adjust'}
              />
            )}
            <TextInput label={t('action.reference')} value={reference} onChange={(event) => edit(setReference)(event.currentTarget.value)} error={at.reference} />
          </Group>
          {product && warehouseId !== null && (
            <Effect product={product} warehouseId={warehouseId} after={preview.data?.data} pending={preview.isFetching || settled !== JSON.stringify(tried)} />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t('cancel')}
            </Button>
            <Button type="submit" loading={done.isPending} disabled={!draft}>
              {done.error && !(done.error instanceof ApiProblem) ? t('action.again') : t(`action.do_${kind}` as MessageKey)}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

interface Quantities {
  quantity_on_hand: number
  quantity_reserved: number
  quantity_available: number
}

/** The level now, and as it would be. */
function Effect({ product, warehouseId, after, pending }: { product: Picked; warehouseId: number; after?: Answered; pending: boolean }) {
  const { t } = useSpeech()
  const name = useWarehouseName()
  const { data } = useQuery(inventoryQuery(product.id))
  const levelAt = (id: number): Quantities => data?.warehouses.find((it) => it.warehouse_id === id) ?? { quantity_on_hand: 0, quantity_reserved: 0, quantity_available: 0 }
  if (!data) return <Skeleton height={74} />
  const sides: { id: number; next?: Quantities }[] =
    after && 'from' in after ? [{ id: after.from.warehouse_id, next: after.from }, { id: after.to.warehouse_id, next: after.to }] : [{ id: warehouseId, next: after }]
  return (
    <Stack gap="xs" className="figures" aria-live="polite" style={{ opacity: pending ? 0.6 : 1 }} data-effect={after && !pending ? 'known' : 'unknown'}>
      {sides.map((side) => (
        <div key={side.id} className="card" style={{ background: 'var(--app-ground)' }}>
          <Text fz="xs" c="dimmed" px="md" pt={8}>
            {name(side.id)}
          </Text>
          <Group px="md" pb="sm" pt={2} grow>
            <Figure label={t('level.on_hand')} now={levelAt(side.id).quantity_on_hand} next={side.next?.quantity_on_hand} />
            <Figure label={t('level.reserved')} now={levelAt(side.id).quantity_reserved} next={side.next?.quantity_reserved} />
            <Figure label={t('level.available')} now={levelAt(side.id).quantity_available} next={side.next?.quantity_available} />
          </Group>
        </div>
      ))}
    </Stack>
  )
}

function Figure({ label, now, next }: { label: string; now: number; next?: number }) {
  const { f } = useSpeech()
  const changed = next !== undefined && next !== now
  return (
    <div>
      <Text fz="xs" c="dimmed">
        {label}
      </Text>
      <Group gap={6} wrap="nowrap">
        <Text fw={changed ? 450 : 620} c={changed ? 'dimmed' : undefined}>
          {f.number(now)}
        </Text>
        {changed && (
          <>
            <IconArrowRight size={14} aria-hidden />
            <Text fw={650}>{f.number(next)}</Text>
          </>
        )}
      </Group>
    </div>
  )
}
