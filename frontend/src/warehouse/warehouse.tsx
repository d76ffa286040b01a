/** Warehouse mode: scan, say how many, done; for one hand, with or without network. */
import { ActionIcon, Alert, Badge, Button, Group, NumberInput, Select, SimpleGrid, Stack, Text, TextInput, UnstyledButton } from '@mantine/core'
import { useNetwork } from '@mantine/hooks'
import { IconArrowsExchange, IconBarcode, IconCamera, IconChecklist, IconCloudOff, IconDownload, IconMinus, IconPlus, IconSearch, IconUpload, type Icon } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState, type FormEvent } from 'react'
import { useSpeech, type MessageKey } from '~/i18n'
import { warehousesQuery } from '~/products/queries'
import { useMay, useMe, type Permission } from '~/session/me'
import { Card, Page, Sku } from '~/ui/page'
import { Camera, hasCameraScanner } from './camera'
import { QueueList } from './queue-list'
import { commandFor, someone, type Mode } from './queue'
import { find, levelOf, seeAll } from './seen'
import type { Seen, SeenLevel } from './storage'
import { useQueue } from './use-queue'

const MODES: { mode: Mode; icon: Icon; needs: Permission }[] = [
  { mode: 'look', icon: IconSearch, needs: 'catalogue.read' },
  { mode: 'receive', icon: IconDownload, needs: 'stock.move' },
  { mode: 'pick', icon: IconUpload, needs: 'stock.move' },
  { mode: 'move', icon: IconArrowsExchange, needs: 'stock.move' },
  { mode: 'count', icon: IconChecklist, needs: 'stock.count' },
]
const KEPT_AS = 'onhand-warehouse'
const OLD_MS = 60_000

export function WarehouseMode() {
  const { t } = useSpeech()
  const may = useMay()
  const { online } = useNetwork()
  const me = useMe()
  const queue = useQueue(someone(me).by)
  const { data: warehouses = [] } = useQuery(warehousesQuery)
  const [warehouseId, setWarehouseId] = useState<number>(() => Number(localStorage.getItem(KEPT_AS)) || 1)
  const [mode, setMode] = useState<Mode>('look')
  const [seenAt, setSeenAt] = useState<string | null>(() => localStorage.getItem('onhand-seen-at'))
  const seesStock = may('stock.read')
  useEffect(() => {
    if (!online) return
    seeAll(warehouseId, seesStock)
      .then(() => {
        const now = new Date().toISOString()
        localStorage.setItem('onhand-seen-at', now)
        setSeenAt(now)
      })
      .catch(() => undefined)
  }, [warehouseId, seesStock, online])
  const waiting = queue.all.filter((it) => it.state === 'waiting').length
  const refused = queue.all.filter((it) => it.state === 'refused').length
  return (
    <Page title={t('nav.warehouse')}>
      <Stack gap="md" maw={560} w="100%" mx="auto">
        {!online && (
          <Alert color="yellow" icon={<IconCloudOff size={20} />} title={t('offline.title')} role="status">
            {seenAt ? <Age at={seenAt} /> : t('offline.nothing_seen')}
          </Alert>
        )}
        <Group gap="sm" wrap="nowrap">
          <Select
            size="lg"
            flex={1}
            aria-label={t('action.warehouse')}
            data={warehouses.filter((it) => it.is_active).map((it) => ({ value: String(it.id), label: it.name }))}
            value={String(warehouseId)}
            onChange={(id) => {
              if (!id) return
              localStorage.setItem(KEPT_AS, id)
              setWarehouseId(Number(id))
            }}
            allowDeselect={false}
          />
          {waiting + refused > 0 && (
            <Badge size="xl" variant="light" color={refused > 0 ? 'red' : 'yellow'} tt="none" component="a" href="#queue" style={{ cursor: 'pointer' }}>
              {refused > 0 ? t('queue.to_decide', { count: refused }) : t('queue.waiting', { count: waiting })}
            </Badge>
          )}
        </Group>
        <SimpleGrid cols={MODES.filter((it) => may(it.needs)).length > 3 ? 5 : 3} spacing={6} role="radiogroup" aria-label={t('scan.mode')}>
          {MODES.filter((it) => may(it.needs)).map(({ mode: it, icon: Picture }) => {
            const chosen = it === mode
            return (
              <UnstyledButton
                key={it}
                role="radio"
                aria-checked={chosen}
                onClick={() => setMode(it)}
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
        <Scanner key={`${mode}-${warehouseId}`} mode={mode} warehouseId={warehouseId} add={queue.add} />
        <QueueList queue={queue} by={someone(me).by} />
      </Stack>
    </Page>
  )
}

function Age({ at }: { at: string }) {
  const { t, f } = useSpeech()
  return <>{t('offline.as_of', { time: f.ago(at) })}</>
}

function Scanner({ mode, warehouseId, add }: { mode: Mode; warehouseId: number; add: ReturnType<typeof useQueue>['add'] }) {
  const { t } = useSpeech()
  const input = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  const [found, setFound] = useState<Seen[] | null>(null)
  const [product, setProduct] = useState<Seen | null>(null)
  const [camera, setCamera] = useState(false)
  const [busy, setBusy] = useState(false)
  useEffect(() => input.current?.focus(), [product])

  async function look(wanted: string) {
    if (!wanted.trim()) return
    setBusy(true)
    setText('')
    try {
      const products = await find(wanted)
      setFound(products)
      setProduct(products.length === 1 ? (products[0] ?? null) : null)
    } catch {
      setFound([])
    } finally {
      setBusy(false)
    }
  }
  function scan(event: FormEvent) {
    event.preventDefault()
    void look(text)
  }
  return (
    <>
      <form onSubmit={scan}>
        <Group gap="xs" wrap="nowrap">
          <TextInput
            ref={input}
            size="xl"
            flex={1}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            placeholder={t('scan.hint')}
            aria-label={t('scan.hint')}
            leftSection={<IconBarcode size={24} />}
            autoComplete="off"
            autoCapitalize="none"
            enterKeyHint="search"
          />
          {hasCameraScanner() && (
            <ActionIcon size={60} variant="light" onClick={() => setCamera(true)} aria-label={t('scan.camera')} radius="md">
              <IconCamera size={28} />
            </ActionIcon>
          )}
        </Group>
      </form>
      {camera && (
        <Camera
          close={() => setCamera(false)}
          onScan={(scanned) => {
            setCamera(false)
            void look(scanned)
          }}
        />
      )}
      <div aria-live="polite">
        {!busy && found?.length === 0 && <Alert color="red" title={t('scan.unknown')}>{t('scan.unknown_text')}</Alert>}
      </div>
      {found && found.length > 1 && !product && (
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
          add={add}
          done={() => {
            setProduct(null)
            setFound(null)
          }}
        />
      )}
    </>
  )
}

interface FoundProps {
  product: Seen
  mode: Mode
  warehouseId: number
  add: ReturnType<typeof useQueue>['add']
  done(): void
}

function Found({ product, mode, warehouseId, add, done }: FoundProps) {
  const { t, f } = useSpeech()
  const may = useMay()
  const me = useMe()
  const { data: warehouses = [] } = useQuery(warehousesQuery)
  const [level, setLevel] = useState<SeenLevel | null>(null)
  const [quantity, setQuantity] = useState<number | ''>(mode === 'count' ? '' : 1)
  const [to, setTo] = useState<string | null>(null)
  const sees = may('stock.read') && mode !== 'count'
  useEffect(() => {
    if (sees) void levelOf(warehouseId, product.id).then(setLevel)
  }, [sees, warehouseId, product.id])
  const old = level ? Date.now() - new Date(level.seen_at).getTime() > OLD_MS : false
  const ready = quantity !== '' && (mode === 'count' ? quantity >= 0 : quantity > 0) && (mode !== 'move' || to !== null)
  function confirm(event: FormEvent) {
    event.preventDefault()
    if (mode === 'look' || !ready) return
    void add(commandFor(mode, product, quantity, warehouseId, to === null ? null : Number(to), someone(me)))
    done()
  }
  const step = (by: number) => setQuantity((before) => Math.max(mode === 'count' ? 0 : 1, (before === '' ? 0 : before) + by))
  return (
    <Card>
      <form onSubmit={confirm}>
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
          {sees && level && (
            <div>
              <Group grow>
                {(
                  [
                    [t('level.on_hand'), level.on_hand],
                    [t('level.reserved'), level.reserved],
                    [t('level.available'), level.on_hand - level.reserved],
                  ] as const
                ).map(([label, value]) => (
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
              {old && (
                <Text fz="sm" c="dimmed">
                  {t('offline.as_of', { time: f.ago(level.seen_at) })}
                </Text>
              )}
            </div>
          )}
          {mode !== 'look' && (
            <>
              {mode === 'move' && (
                <Select
                  size="lg"
                  label={t('action.to')}
                  data={warehouses.filter((it) => it.is_active && it.id !== warehouseId).map((it) => ({ value: String(it.id), label: it.name }))}
                  value={to}
                  onChange={setTo}
                />
              )}
              <Group gap="xs" wrap="nowrap" align="flex-end">
                <ActionIcon size={60} variant="default" onClick={() => step(-1)} aria-label={t('scan.less')} radius="md">
                  <IconMinus size={26} />
                </ActionIcon>
                <NumberInput
                  size="xl"
                  flex={1}
                  label={mode === 'count' ? t('action.counted') : t('action.quantity')}
                  value={quantity}
                  onChange={(value) => setQuantity(typeof value === 'number' ? value : '')}
                  allowDecimal={false}
                  allowNegative={false}
                  inputMode="numeric"
                  styles={{ input: { textAlign: 'center', fontWeight: 650 } }}
                />
                <ActionIcon size={60} variant="default" onClick={() => step(1)} aria-label={t('scan.plus')} radius="md">
                  <IconPlus size={26} />
                </ActionIcon>
              </Group>
              <Button type="submit" size="xl" fullWidth disabled={!ready}>
                {t(`scan.do_${mode}` as MessageKey)}
              </Button>
            </>
          )}
          <Button variant="subtle" color="gray" size="lg" onClick={done}>
            {mode === 'look' ? t('scan.next') : t('cancel')}
          </Button>
        </Stack>
      </form>
    </Card>
  )
}
