/** Warehouse mode: scan, say how many, done; for one hand, with or without network. */
import { Alert, Badge, Group, Select, SimpleGrid, Stack, Text, UnstyledButton } from '@mantine/core'
import { useNetwork } from '@mantine/hooks'
import { IconArrowsExchange, IconChecklist, IconCloudOff, IconDownload, IconSearch, IconUpload, type Icon } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useSpeech, type MessageKey } from '~/i18n'
import { warehousesQuery } from '~/products/queries'
import { useMay, useMe, type May } from '~/session/me'
import { Page } from '~/ui/page'
import { keepWork } from './kept-work'
import { mayWorkOn, ordersQuery } from './open-orders'
import { placeOf } from './orders'
import { QueueList } from './queue-list'
import { someone, type Mode, type Queued } from './queue'
import { Scanner, type Chosen } from './scanner'
import { seeAll } from './seen'
import { useQueue } from './use-queue'

const MODES: { mode: Mode; icon: Icon; isFor(may: May): boolean }[] = [
  { mode: 'look', icon: IconSearch, isFor: (may) => may('catalogue.read') },
  { mode: 'receive', icon: IconDownload, isFor: (may) => may('stock.move') || mayWorkOn('purchase', may) },
  { mode: 'pick', icon: IconUpload, isFor: (may) => may('stock.move') || mayWorkOn('sales', may) },
  { mode: 'move', icon: IconArrowsExchange, isFor: (may) => may('stock.move') },
  { mode: 'count', icon: IconChecklist, isFor: (may) => may('stock.count') },
]
const KEPT_AS = 'onhand-warehouse'

export function WarehouseMode() {
  const { t } = useSpeech()
  const may = useMay()
  const { online } = useNetwork()
  const me = useMe()
  const queue = useQueue(someone(me).by)
  const { data: warehouses = [] } = useQuery(warehousesQuery)
  const queries = useQueryClient()
  const usable = warehouses.filter((it) => it.is_active)
  const [wanted, setWanted] = useState<number>(() => Number(localStorage.getItem(KEPT_AS)) || 1)
  // Who is limited to warehouses has others than the first.
  const warehouseId = usable.some((it) => it.id === wanted) ? wanted : (usable[0]?.id ?? wanted)
  const [mode, setMode] = useState<Mode>('look')
  const [chosen, setChosen] = useState<Chosen | null>(null)
  const [seenAt, setSeenAt] = useState<string | null>(() => localStorage.getItem('onhand-seen-at'))
  const seesStock = may('stock.read')
  const takesIn = mayWorkOn('purchase', may)
  const sendsOff = mayWorkOn('sales', may)
  useEffect(() => {
    if (!online) return
    Promise.all([
      seeAll(warehouseId, seesStock),
      takesIn && queries.fetchQuery(ordersQuery('purchase', warehouseId)),
      sendsOff && queries.fetchQuery(ordersQuery('sales', warehouseId)),
    ])
      .then(() => {
        const now = new Date().toISOString()
        localStorage.setItem('onhand-seen-at', now)
        setSeenAt(now)
      })
      .catch(() => undefined)
  }, [warehouseId, seesStock, takesIn, sendsOff, online, queries])
  const waiting = queue.all.filter((it) => it.state === 'waiting').length
  const refused = queue.all.filter((it) => it.state === 'refused').length
  function enter(next: Mode, at: number) {
    localStorage.setItem(KEPT_AS, String(at))
    setWanted(at)
    setMode(next)
    setChosen(null)
  }
  /** Take up again what was refused: the order, with what was in hand of it. */
  function takeUp(command: Queued) {
    if (!command.order) return
    const { key, kind, id, warehouse_id, products, work } = command.order
    keepWork(command.by, key, work)
    void queue.drop(command.key)
    enter(kind === 'purchase' ? 'receive' : 'pick', warehouse_id)
    const lines = products.map((it) => ({ ...it, sku: '', barcode: null, open: 0 }))
    setChosen({ order: { key, place: placeOf(kind, warehouse_id), kind, id, warehouse_id, partner: null, reference: null, due: null, mark: '', seen_at: command.at, lines } })
    window.scrollTo({ top: 0 })
  }
  const modes = MODES.filter((it) => it.isFor(may))
  return (
    <Page width={560} title={t('nav.warehouse')}>
      <Stack gap="md">
        {!online && (
          <Alert color="yellow" icon={<IconCloudOff size={20} />} title={t('offline.title')} role="status">
            {seenAt ? <Age at={seenAt} /> : t('offline.nothing_seen')}
          </Alert>
        )}
        <Group gap="sm">
          <Select
            size="lg"
            flex="1 1 220px"
            aria-label={t('action.warehouse')}
            data={usable.map((it) => ({ value: String(it.id), label: it.name }))}
            value={String(warehouseId)}
            onChange={(id) => id && enter(mode, Number(id))}
            allowDeselect={false}
          />
          {waiting + refused > 0 && (
            <Badge size="xl" variant="light" color={refused > 0 ? 'red' : 'yellow'} tt="none" component="a" href="#queue" style={{ cursor: 'pointer' }}>
              {refused > 0 ? t('queue.to_decide', { count: refused }) : t('queue.waiting', { count: waiting })}
            </Badge>
          )}
        </Group>
        <SimpleGrid cols={modes.length > 3 ? 5 : 3} spacing={6} role="radiogroup" aria-label={t('scan.mode')}>
          {modes.map(({ mode: it, icon: Picture }) => {
            const chosen = it === mode
            return (
              <UnstyledButton
                key={it}
                role="radio"
                aria-checked={chosen}
                onClick={() => enter(it, warehouseId)}
                className="card"
                py="sm"
                ta="center"
                style={chosen ? { background: 'var(--mantine-primary-color-filled)', color: 'white', borderColor: 'transparent' } : undefined}
              >
                <Picture size={24} stroke={1.7} aria-hidden style={{ display: 'block', margin: '0 auto 4px' }} />
                <Text fz="xs" fw={600}>
                  {t(`scan.${it}` as MessageKey)}
                </Text>
              </UnstyledButton>
            )
          })}
        </SimpleGrid>
        <Scanner key={`${mode}-${warehouseId}`} mode={mode} warehouseId={warehouseId} queue={queue} chosen={chosen} choose={setChosen} />
        <QueueList queue={queue} who={someone(me)} takeUp={takeUp} />
      </Stack>
    </Page>
  )
}

function Age({ at }: { at: string }) {
  const { t, f } = useSpeech()
  return <>{t('offline.as_of', { time: f.ago(at) })}</>
}
