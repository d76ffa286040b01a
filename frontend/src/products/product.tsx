/** One product: what there is, where, and why. */
import { ActionIcon, Badge, Box, Button, Grid, Group, Menu, SegmentedControl, Slider, Stack, Table, Text, Title } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconArrowsExchange, IconBookmark, IconBookmarkOff, IconChecklist, IconDots, IconPencil, IconPlusMinus, IconPrinter } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, getRouteApi } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { One } from '~/documents/one'
import { useSpeech } from '~/i18n'
import { useMay } from '~/session/me'
import { useStockAction } from '~/stock/actions'
import type { ActionKind } from '~/stock/kinds'
import { StockStatus } from '~/ui/badges'
import { Back, Card, Facts, Failure, Figures, Loading, Page, type Figure } from '~/ui/page'
import { PLOT_COLORS, Plot } from '~/ui/plot'
import { Reservations } from './reservations'
import { historyOf } from './history'
import { inventoryQuery, pastQuery, productQuery, type Level, type Product as ProductData } from './queries'
import { Thresholds } from './thresholds'
import { Timeline } from './timeline'

const route = getRouteApi('/products/$productId')
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const SPANS = { '30': 30, '90': 90, '365': 365 } as const

export function Product() {
  const { productId } = route.useParams()
  const id = Number(productId)
  const { t } = useSpeech()
  const answer = useQuery(productQuery(id))
  return (
    <One answer={answer} title={t('product.name')} list={{ to: '/products', label: t('nav.products') }}>
      {({ product }) => <Shown key={id} product={product} />}
    </One>
  )
}

function Shown({ product }: { product: ProductData }) {
  const { t, f } = useSpeech()
  const may = useMay()
  const act = useStockAction()
  const picked = { id: product.id, name: product.name, sku: product.sku }
  const open = (kind: ActionKind) => act({ kind, product: picked })
  return (
    <Page
      title={product.name}
      above={<Back to="/products">{t('nav.products')}</Back>}
      lead={
        <Group gap="sm" mt={2}>
          <Text inherit ff="monospace" fz="sm">
            {product.sku}
          </Text>
          <StockStatus status={product.stock_status} />
          {!product.is_active && (
            <Badge variant="light" color="gray" tt="none">
              {t('product.is_archived')}
            </Badge>
          )}
        </Group>
      }
      actions={
        <>
          {may('stock.move') && product.track_inventory && (
            <Button leftSection={<IconPlusMinus size={16} />} onClick={() => open('adjust')}>
              {t('action.adjust')}
            </Button>
          )}
          <Menu position="bottom-end" width={220}>
            <Menu.Target>
              <ActionIcon variant="default" size={36} aria-label={t('more')}>
                <IconDots size={18} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              {may('stock.reserve') && product.track_inventory && (
                <>
                  <Menu.Item leftSection={<IconBookmark size={16} />} onClick={() => open('reserve')}>
                    {t('action.reserve')}
                  </Menu.Item>
                  <Menu.Item leftSection={<IconBookmarkOff size={16} />} onClick={() => open('release')}>
                    {t('action.release')}
                  </Menu.Item>
                </>
              )}
              {may('stock.move') && product.track_inventory && (
                <Menu.Item leftSection={<IconArrowsExchange size={16} />} onClick={() => open('transfer')}>
                  {t('action.transfer')}
                </Menu.Item>
              )}
              {may('stock.count') && product.track_inventory && (
                <Menu.Item leftSection={<IconChecklist size={16} />} onClick={() => open('count')}>
                  {t('action.count')}
                </Menu.Item>
              )}
              {may('catalogue.write') && (
                <Menu.Item leftSection={<IconPencil size={16} />} component={Link} to={`/products/${product.id}/edit`}>
                  {t('edit')}
                </Menu.Item>
              )}
              <Menu.Item leftSection={<IconPrinter size={16} />} component={Link} to={`/labels?products=${product.id}`}>
                {t('product.labels')}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </>
      }
    >
      {may('stock.read') && <Stock product={product} />}
      <Grid gap="lg" align="flex-start">
        {may('stock.read') && (
          <Grid.Col span={{ base: 12, lg: 8 }}>
            <Timeline productId={product.id} />
          </Grid.Col>
        )}
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Stack gap="lg">
            {may('stock.read') && <Reservations productId={product.id} />}
            <Card title={t('product.facts')}>
              <Facts
                rows={[
                  [t('product.barcode'), product.barcode ?? '–'],
                  [t('product.unit'), product.unit],
                  [t('product.price'), f.money(product.selling_price, product.currency)],
                  [t('product.cost'), f.money(product.cost_price, product.currency)],
                  [t('product.reorder_point'), f.number(product.reorder_point)],
                  [t('product.reorder_quantity'), f.number(product.reorder_quantity)],
                  [t('product.lead_time'), product.lead_time_days === null ? '–' : t('days', { count: product.lead_time_days })],
                  [t('product.safety_stock'), f.number(product.safety_stock)],
                  [t('product.backorders'), product.allow_backorder ? t('yes') : t('no')],
                  [t('product.updated'), f.time(product.updated_at)],
                ]}
              />
              {product.description && (
                <Text fz="sm" mt="md" c="dimmed">
                  {product.description}
                </Text>
              )}
            </Card>
          </Stack>
        </Grid.Col>
      </Grid>
    </Page>
  )
}

function Stock({ product }: { product: ProductData }) {
  const { t, f } = useSpeech()
  const [daysBack, setDaysBack] = useState(0)
  const [settled] = useDebouncedValue(daysBack, 120)
  const asOf = useMemo(() => (settled === 0 ? undefined : new Date(Date.now() - settled * DAY_MS).toISOString()), [settled])
  const { data, error, refetch, isPlaceholderData } = useQuery(inventoryQuery(product.id, asOf))
  const now = useQuery(inventoryQuery(product.id)).data
  if (error) return <Failure error={error} retry={() => void refetch()} />
  if (!data) return <Loading lines={4} />
  const past = settled !== 0
  const sum = (pick: (level: Level) => number | undefined) => (data?.warehouses ?? []).reduce((total, level) => total + (pick(level) ?? 0), 0)
  const figures: Figure[] = [
    { label: t('level.on_hand'), value: f.number(data.quantity_on_hand) },
    { label: t('level.reserved'), value: f.number(data.quantity_reserved) },
    { label: t('level.available'), value: f.number(data.quantity_available), main: true, color: data.quantity_available <= 0 ? 'red' : undefined },
  ]
  if (!past) {
    figures.push({ label: t('level.backordered'), value: f.number(sum((level) => level.backordered)) })
    figures.push({ label: t('level.on_order'), value: f.number(sum((level) => level.quantity_on_order)) })
    figures.push({ label: t('level.in_transit'), value: f.number(sum((level) => level.quantity_in_transit)) })
  }
  return (
    <Stack gap="lg">
      <Figures figures={figures} cols={{ base: 3, md: 6 }} faded={isPlaceholderData} />
      <Grid gap="lg" align="stretch">
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <History product={product} onHand={now?.quantity_on_hand ?? 0} reserved={now?.quantity_reserved ?? 0} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <section className="card" style={{ height: '100%' }}>
            <Group justify="space-between" px="md" pt="sm">
              <Title order={2} fz="md" fw={620}>
                {t('product.by_warehouse')}
              </Title>
              <Text fz="xs" c="dimmed">
                {past ? f.date(data.as_of) : t('product.now')}
              </Text>
            </Group>
            <ByWarehouse product={product} levels={data.warehouses} isPast={past} />
            <Box px="md" pb="lg" pt="xs">
              <Group justify="space-between" mb={8} fz="xs" c="dimmed">
                <Text inherit id="as-of">
                  {t('product.as_of')}
                </Text>
                {past && (
                  <Button size="compact-xs" variant="subtle" onClick={() => setDaysBack(0)}>
                    {t('product.back_to_now')}
                  </Button>
                )}
              </Group>
              <Slider
                thumbLabel={t('product.as_of')}
                thumbProps={{ 'aria-valuetext': past ? f.date(data.as_of) : t('product.now') }}
                min={-180}
                max={0}
                value={-daysBack}
                onChange={(value) => setDaysBack(-value)}
                label={(value) => (value === 0 ? t('product.now') : f.date(new Date(Date.now() + value * DAY_MS).toISOString()))}
              />
            </Box>
          </section>
        </Grid.Col>
      </Grid>
    </Stack>
  )
}

interface ByWarehouseProps {
  product: ProductData
  levels: Level[]
  isPast: boolean
}

function ByWarehouse({ product, levels, isPast }: ByWarehouseProps) {
  const { t, f } = useSpeech()
  const may = useMay()
  const [asked, setAsked] = useState<number | null>(null)
  const maySet = !isPast && may('catalogue.write') && product.is_active && product.track_inventory
  const numbers = [t('level.on_hand'), t('level.reserved'), t('level.available')]
  return (
    <>
      <div className="table-scroll" tabIndex={0} role="region" aria-label={t('product.by_warehouse')}>
        <Table className="table" role="table" horizontalSpacing="xs" mt={4} data-stacks __vars={{ '--stacked-in': '3' }}>
          <Table.Thead role="rowgroup">
            <Table.Tr role="row">
              <Table.Th scope="col" role="columnheader">{t('action.warehouse')}</Table.Th>
              {numbers.map((label) => (
                <Table.Th key={label} scope="col" role="columnheader" className="number">
                  {label}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody role="rowgroup">
            {levels.map((level) => (
              <Table.Tr key={level.warehouse_id} role="row">
                <Table.Td role="cell" className="head">
                  {level.warehouse_name}
                  <Group gap={6} mt={2}>
                    <StockStatus status={level.stock_status} />
                    {maySet && (
                      <Button size="compact-xs" variant="transparent" c="dimmed" px={0} fw={500} rightSection={<IconPencil size={13} />} onClick={() => setAsked(level.warehouse_id)} aria-label={t('thresholds.of', { warehouse: level.warehouse_name, value: f.number(level.reorder_point) })}>
                        {t('thresholds.at', { value: f.number(level.reorder_point) })}
                      </Button>
                    )}
                  </Group>
                </Table.Td>
                <Table.Td role="cell" className="number" data-label={numbers[0]}>{f.number(level.quantity_on_hand)}</Table.Td>
                <Table.Td role="cell" className="number" data-label={numbers[1]}>{f.number(level.quantity_reserved)}</Table.Td>
                <Table.Td role="cell" className="number" data-label={numbers[2]} fw={600}>
                  {f.number(level.quantity_available)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {maySet && (
        <Box px="md" pt={6}>
          <Button size="compact-sm" variant="subtle" px={0} onClick={() => setAsked(levels[0]?.warehouse_id ?? 1)}>
            {t('thresholds.set')}
          </Button>
        </Box>
      )}
      {asked !== null && <Thresholds product={product} warehouseId={asked} close={() => setAsked(null)} />}
    </>
  )
}

function History({ product, onHand, reserved }: { product: ProductData; onHand: number; reserved: number }) {
  const { t, f } = useSpeech()
  const [span, setSpan] = useState<keyof typeof SPANS>('90')
  // A whole hour, so that the same is asked again and not something newer.
  const from = useMemo(() => new Date(Math.floor(Date.now() / HOUR_MS) * HOUR_MS - SPANS[span] * DAY_MS).toISOString(), [span])
  const { data } = useQuery(pastQuery(product.id, from))
  const history = useMemo(() => (data ? historyOf(data.movements, { onHand, reserved }, Date.now()) : null), [data, onHand, reserved])
  const lines = useMemo(
    () =>
      history
        ? [
            { label: t('level.on_hand'), values: history.onHand, color: PLOT_COLORS.main, steps: true, filled: true },
            { label: t('level.reserved'), values: history.reserved, color: PLOT_COLORS.third, steps: true },
            ...(product.reorder_point === null ? [] : [{ label: t('product.reorder_point'), values: history.times.map(() => product.reorder_point), color: PLOT_COLORS.second, dashed: true }]),
          ]
        : [],
    [history, product.reorder_point, t],
  )
  const marks = useMemo(() => history?.arrivals.map((at) => ({ at, color: '#8aa39b' })), [history])
  return (
    <Card
      fill
      title={t('product.over_time')}
      side={
        <SegmentedControl
          size="xs"
          value={span}
          onChange={(value) => setSpan(value as keyof typeof SPANS)}
          data={Object.entries(SPANS).map(([value, count]) => ({ value, label: t('days', { count }) }))}
          aria-label={t('product.span')}
        />
      }
    >
      {history ? (
        <>
          <Plot label={t('product.plot_says', { on_hand: f.number(onHand), reserved: f.number(reserved) })} times={history.times} lines={lines} marks={marks} height={270} />
          {data && !data.isWhole && (
            <Text fz="xs" c="dimmed" mt={4}>
              {t('product.plot_latest', { count: data.movements.length })}
            </Text>
          )}
        </>
      ) : (
        <Box mih={300}>
          <Loading lines={5} />
        </Box>
      )}
    </Card>
  )
}
