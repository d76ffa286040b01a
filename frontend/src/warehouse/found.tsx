/** A product that was scanned: how much there is, who waits for it, and how many are meant. */
import { Button, Group, Select, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNetwork } from '@mantine/hooks'
import { useEffect, useState, type FormEvent } from 'react'
import { serverNow } from '~/api/clock'
import { useSpeech, type MessageKey } from '~/i18n'
import { inventoryQuery, warehousesQuery } from '~/products/queries'
import { useMay, useMe } from '~/session/me'
import { To } from '~/ui/link'
import { Card, Sku } from '~/ui/page'
import { OrderButton } from './order-list'
import { openOf, type OpenOrder } from './orders'
import { commandFor, someone, type Mode } from './queue'
import { levelOf } from './seen'
import { Stepper, isQuantity } from './stepper'
import type { Seen, SeenLevel } from './storage'
import type { Queue } from './use-queue'

const OLD_MS = 60_000
const OFFERED = 4

interface FoundProps {
  product: Seen
  mode: Mode
  warehouseId: number
  orders: OpenOrder[]
  choose(order: OpenOrder): void
  /** Where it is moved to. */
  to: number | null
  setTo(id: number | null): void
  add: Queue['add']
  done(): void
}

export function Found({ product, mode, warehouseId, orders, choose, to, setTo, add, done }: FoundProps) {
  const { t } = useSpeech()
  const may = useMay()
  const { online } = useNetwork()
  const waiting = orders.filter((it) => openOf(it, product.id) > 0).slice(0, OFFERED)
  const byOrder = mode === 'receive' || mode === 'pick'
  const asksHowMany = mode !== 'look' && (!byOrder || may('stock.move'))
  return (
    <Card>
      <Stack gap="md">
        <div>
          <Text fz="xl" fw={650} lh={1.3}>
            {product.name}
          </Text>
          <Group gap="sm">
            <Sku>{product.sku}</Sku>
            {product.barcode && <Sku>{product.barcode}</Sku>}
          </Group>
        </div>
        {mode !== 'count' && may('stock.read') && <Levels product={product} warehouseId={warehouseId} />}
        {mode === 'look' && online && may('stock.read') && <Elsewhere product={product} warehouseId={warehouseId} />}
        {waiting.length > 0 && (
          <Stack gap={6} component="section" aria-label={t('orders.wait_for_it')}>
            <Text fw={600}>{t('orders.wait_for_it')}</Text>
            {waiting.map((it) => (
              <OrderButton key={it.key} order={it} productId={product.id} choose={choose} />
            ))}
          </Stack>
        )}
        {asksHowMany && <HowMany product={product} mode={mode} warehouseId={warehouseId} isBesides={waiting.length > 0} to={to} setTo={setTo} add={add} done={done} />}
        {byOrder && !asksHowMany && waiting.length === 0 && <Text c="dimmed">{t('orders.none_waits')}</Text>}
        <Button variant="subtle" color="gray" size="lg" onClick={done}>
          {mode === 'look' ? t('scan.next') : t('cancel')}
        </Button>
      </Stack>
    </Card>
  )
}

function Levels({ product, warehouseId }: { product: Seen; warehouseId: number }) {
  const { t, f } = useSpeech()
  const [level, setLevel] = useState<SeenLevel | null>(null)
  useEffect(() => void levelOf(warehouseId, product.id).then(setLevel), [warehouseId, product.id])
  if (!level) return null
  const shown = [
    [t('level.on_hand'), level.on_hand],
    [t('level.reserved'), level.reserved],
    [t('level.available'), level.on_hand - level.reserved],
  ] as const
  return (
    <div>
      <Group grow>
        {shown.map(([label, value]) => (
          <div key={label}>
            <Text fz="xs" c="dimmed">
              {label}
            </Text>
            <Text fz={26} fw={620} className="figures">
              {f.number(value)}
            </Text>
          </div>
        ))}
      </Group>
      {Date.now() - new Date(level.seen_at).getTime() > OLD_MS && (
        <Text fz="sm" c="dimmed">
          {t('orders.as_of', { time: f.ago(level.seen_at) })}
        </Text>
      )}
    </div>
  )
}

/** Which other warehouses have it; and the way to all that is known of it. */
function Elsewhere({ product, warehouseId }: { product: Seen; warehouseId: number }) {
  const { t, f } = useSpeech()
  const { data } = useQuery(inventoryQuery(product.id))
  if (!data) return null
  const others = data.warehouses.filter((it) => it.warehouse_id !== warehouseId && it.quantity_on_hand > 0)
  return (
    <Stack gap={6} component="section" aria-label={t('scan.elsewhere')}>
      <Text fw={600}>{t('scan.elsewhere')}</Text>
      {others.length === 0 && (
        <Text fz="sm" c="dimmed">
          {t('scan.nowhere_else')}
        </Text>
      )}
      {others.map((it) => (
        <Group key={it.warehouse_id} justify="space-between">
          <span>{it.warehouse_name}</span>
          <span className="figures">{f.number(it.quantity_available)}</span>
        </Group>
      ))}
      <To to={`/products/${product.id}`}>{t('scan.open')}</To>
    </Stack>
  )
}

interface HowManyProps {
  product: Seen
  mode: Exclude<Mode, 'look'>
  warehouseId: number
  /** Whether an order could be chosen instead. */
  isBesides: boolean
  to: number | null
  setTo(id: number | null): void
  add: Queue['add']
  done(): void
}

function HowMany({ product, mode, warehouseId, isBesides, to, setTo, add, done }: HowManyProps) {
  const { t } = useSpeech()
  const me = useMe()
  const { data: warehouses = [] } = useQuery(warehousesQuery)
  const least = mode === 'count' ? 0 : 1
  const [quantity, setQuantity] = useState<number | ''>(mode === 'count' ? '' : 1)
  const isReady = quantity !== '' && isQuantity(quantity) && quantity >= least && (mode !== 'move' || to !== null)
  function confirm(event: FormEvent) {
    event.preventDefault()
    if (!isReady) return
    void add(commandFor(mode, product, quantity, warehouseId, to, someone(me), serverNow()))
    done()
  }
  return (
    <form onSubmit={confirm}>
      <Stack gap="md">
        {isBesides && <Text fw={600}>{t('orders.or_without')}</Text>}
        {mode === 'move' && (
          <Select
            size="lg"
            label={t('action.to')}
            data={warehouses.filter((it) => it.is_active && it.id !== warehouseId).map((it) => ({ value: String(it.id), label: it.name }))}
            value={to === null ? null : String(to)}
            onChange={(id) => setTo(id === null ? null : Number(id))}
          />
        )}
        <Stepper label={mode === 'count' ? t('action.counted') : t('action.quantity')} value={quantity} least={least} onChange={setQuantity} />
        <Button type="submit" size={isBesides ? 'lg' : 'xl'} fullWidth disabled={!isReady} variant={isBesides ? 'light' : 'filled'}>
          {t((isBesides ? `orders.do_${mode}_without` : `scan.do_${mode}`) as MessageKey)}
        </Button>
      </Stack>
    </form>
  )
}
