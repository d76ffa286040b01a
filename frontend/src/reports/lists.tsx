/** Reports that are lists: what is low, what is out, what moved, what is held, what to count. */
import { Group, Select, TextInput } from '@mantine/core'
import { IconCheck, IconHistory } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { answerOf, api, type Schemas } from '~/api/client'
import { useProductNames } from '~/documents/names'
import { useSpeech, type MessageKey } from '~/i18n'
import { inventoryQuery, movementsQuery, productsQuery } from '~/products/queries'
import { documentOf } from '~/products/references'
import { To } from '~/ui/link'
import { Empty, Sku } from '~/ui/page'
import { ProductPicker, WarehousePicker, useWarehouseName } from '~/ui/pickers'
import { PLOT_COLORS, Plot } from '~/ui/plot'
import { DataTable, Pager, Steps, type Column } from '~/ui/table'
import { Bars } from './bars'
import { WarehouseFilter } from './filters'
import { ReportFrame, useReportSearch } from './frame'

const SOON_MS = 24 * 3_600_000
const DAY_S = 86_400
const DRAWN = 10

function ProductCell({ row }: { row: { product_id: number; name: string; sku: string } }) {
  return (
    <div style={{ minWidth: 160 }}>
      <To to={`/products/${row.product_id}`}>{row.name}</To>
      <div>
        <Sku>{row.sku}</Sku>
      </div>
    </div>
  )
}

export function Low() {
  const { t, f } = useSpeech()
  const [search, change] = useReportSearch()
  const query = { page: search.page, per_page: search.per_page, warehouse_id: search.warehouse, sort: search.sort }
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ['reports', 'low', query],
    queryFn: ({ signal }) => answerOf(api.GET('/api/v1/operations/inventory/low-stock', { params: { query }, signal })),
    placeholderData: keepPreviousData,
  })
  const columns: Column<Schemas['LowStockLine']>[] = [
    { key: 'name', label: t('product.name'), render: (row) => <ProductCell row={row} /> },
    { key: 'on_hand', label: t('level.on_hand'), number: true, render: (row) => f.number(row.quantity_on_hand) },
    { key: 'point', label: t('product.reorder_point'), number: true, render: (row) => f.number(row.reorder_point) },
    { key: 'suggested', label: t('report.suggested'), number: true, render: (row) => f.number(row.suggested_order) },
  ]
  return (
    <ReportFrame report="low">
      <Group>
        <WarehouseFilter />
      </Group>
      <Bars
        title={t('report.low_drawn')}
        bars={(data?.data ?? []).slice(0, DRAWN).map((it) => ({ key: it.product_id, name: it.name, value: it.quantity_on_hand, against: it.reorder_point }))}
      />
      <DataTable
        label={t('report.low')}
        columns={columns}
        rows={data?.data}
        rowKey={(row) => row.product_id}
        linkOf={(row) => `/products/${row.product_id}`}
        error={error}
        retry={() => void refetch()}
        isFetching={isFetching}
        empty={<Empty icon={IconCheck} title={t('home.enough')} text={t('home.enough_text')} />}
        foot={<Pager meta={data?.meta} onPage={(page) => change({ page })} onSize={(per_page) => change({ per_page })} />}
      />
    </ReportFrame>
  )
}

export function Out() {
  const { t, f } = useSpeech()
  const [search, change] = useReportSearch()
  const query = { page: search.page, per_page: search.per_page, warehouse_id: search.warehouse, sort: search.sort }
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ['reports', 'out', query],
    queryFn: ({ signal }) => answerOf(api.GET('/api/v1/operations/inventory/out-of-stock', { params: { query }, signal })),
    placeholderData: keepPreviousData,
  })
  const columns: Column<Schemas['OutOfStockLine']>[] = [
    { key: 'name', label: t('product.name'), render: (row) => <ProductCell row={row} /> },
    { key: 'on_hand', label: t('level.on_hand'), number: true, render: (row) => f.number(row.quantity_on_hand) },
    { key: 'reserved', label: t('level.reserved'), number: true, render: (row) => f.number(row.quantity_reserved) },
    { key: 'backordered', label: t('level.backordered'), number: true, render: (row) => f.number(row.backordered) },
    { key: 'suggested', label: t('report.suggested'), number: true, render: (row) => f.number(row.suggested_order) },
  ]
  return (
    <ReportFrame report="out">
      <Group>
        <WarehouseFilter />
      </Group>
      <Bars
        title={t('report.out_drawn')}
        bars={(data?.data ?? []).filter((it) => it.suggested_order > 0).slice(0, DRAWN).map((it) => ({ key: it.product_id, name: it.name, value: it.suggested_order, color: 'var(--mantine-color-orange-5)' }))}
      />
      <DataTable
        label={t('report.out')}
        columns={columns}
        rows={data?.data}
        rowKey={(row) => row.product_id}
        linkOf={(row) => `/products/${row.product_id}`}
        error={error}
        retry={() => void refetch()}
        isFetching={isFetching}
        empty={<Empty icon={IconCheck} title={t('report.nothing_out')} text={t('report.nothing_out_text')} />}
        foot={<Pager meta={data?.meta} onPage={(page) => change({ page })} onSize={(per_page) => change({ per_page })} />}
      />
    </ReportFrame>
  )
}

const TYPES = ['in', 'out', 'adjustment', 'transfer', 'count', 'reserved', 'released'] as const

export function Movements() {
  const { t, f } = useSpeech()
  const warehouse = useWarehouseName()
  const [search, change] = useReportSearch()
  const type = TYPES.find((it) => it === search.type)
  const { data, error, refetch, isFetching } = useQuery(
    movementsQuery({ sort: '-occurred_at', per_page: 50, warehouse_id: search.warehouse, product_id: search.product, movement_type: type, cursor: search.cursor }),
  )
  const nameOf = useProductNames(data?.data.map((it) => it.product_id) ?? [])
  const columns: Column<Schemas['MovementData']>[] = [
    { key: 'at', label: t('report.when'), render: (row) => <span style={{ whiteSpace: 'nowrap' }}>{f.time(row.occurred_at)}</span> },
    { key: 'name', label: t('product.name'), render: (row) => <ProductCell row={{ product_id: row.product_id, ...nameOf(row.product_id) }} /> },
    { key: 'type', label: t('movement.type'), render: (row) => t(`movement.${row.movement_type}` as MessageKey) },
    { key: 'warehouse', label: t('action.warehouse'), render: (row) => warehouse(row.warehouse_id) },
    { key: 'quantity', label: t('action.quantity'), number: true, render: (row) => f.signed(row.quantity) },
    { key: 'on_hand', label: t('level.on_hand'), number: true, render: (row) => f.number(row.quantity_on_hand) },
    {
      key: 'why',
      label: t('report.why'),
      render: (row) => {
        const document = documentOf(row)
        return (
          <>
            {[row.reason, row.reference].filter(Boolean).join(' · ')} {document && <To to={document.to}>{t(document.label, { id: document.id })}</To>}
          </>
        )
      },
    },
    { key: 'by', label: t('documents.by'), render: (row) => row.created_by.replace(/^(user|key):/, '') },
  ]
  const next = data?.meta.next_cursor
  return (
    <ReportFrame report="movements" csv={`/api/v1/operations/exports/movements.csv${type ? `?movement_type=${type}` : ''}`}>
      <Group gap="sm">
        <WarehouseFilter />
        <Select
          data={TYPES.map((it) => ({ value: it, label: t(`movement.${it}` as MessageKey) }))}
          value={type ?? null}
          onChange={(value) => change({ type: value ?? undefined })}
          placeholder={t('movement.all')}
          aria-label={t('movement.type')}
          clearable
          w={{ base: '100%', xs: 180 }}
        />
      </Group>
      <DataTable
        label={t('report.movements')}
        columns={columns}
        rows={data?.data}
        rowKey={(row) => row.id}
        error={error}
        retry={() => void refetch()}
        isFetching={isFetching}
        minWidth={980}
        empty={<Empty icon={IconHistory} title={t('movement.none')} />}
        foot={<Steps back={search.cursor ? () => window.history.back() : undefined} forth={next ? () => change({ cursor: next }) : undefined} />}
      />
    </ReportFrame>
  )
}

export function Reservations() {
  const { t, f } = useSpeech()
  const warehouse = useWarehouseName()
  const [search, change] = useReportSearch()
  const soon = useMemo(() => new Date(Date.now() + SOON_MS).toISOString(), [])
  const query = { page: search.page, per_page: search.per_page, warehouse_id: search.warehouse, product_id: search.product, expiring_before: search.expiring ? soon : undefined }
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ['reservations', 'report', query],
    queryFn: ({ signal }) => answerOf(api.GET('/api/v1/operations/reservations', { params: { query }, signal })),
    placeholderData: keepPreviousData,
  })
  const nameOf = useProductNames(data?.data.map((it) => it.product_id) ?? [])
  const columns: Column<Schemas['ReservationData']>[] = [
    {
      key: 'order',
      label: t('report.held_for'),
      render: (row) => (row.sales_order_id ? <To to={`/sales-orders/${row.sales_order_id}`}>{t('sales.number', { id: row.sales_order_id })}</To> : t('product.order', { id: row.order_id ?? '–' })),
    },
    { key: 'name', label: t('product.name'), render: (row) => <ProductCell row={{ product_id: row.product_id, ...nameOf(row.product_id) }} /> },
    { key: 'warehouse', label: t('action.warehouse'), render: (row) => warehouse(row.warehouse_id) },
    { key: 'allocated', label: t('sales.allocated'), number: true, render: (row) => f.number(row.allocated) },
    { key: 'backordered', label: t('level.backordered'), number: true, render: (row) => f.number(row.backordered) },
    { key: 'expires', label: t('report.ends'), render: (row) => (row.expires_at ? f.time(row.expires_at) : '–') },
  ]
  return (
    <ReportFrame report="reservations">
      <Group gap="sm">
        <WarehouseFilter />
        <Select
          data={[{ value: 'soon', label: t('report.ending_soon') }]}
          value={search.expiring ? 'soon' : null}
          onChange={(value) => change({ expiring: value === 'soon' || undefined })}
          placeholder={t('documents.all')}
          aria-label={t('report.ends')}
          clearable
        />
      </Group>
      <DataTable
        label={t('report.reservations')}
        columns={columns}
        rows={data?.data}
        rowKey={(row) => row.id}
        error={error}
        retry={() => void refetch()}
        isFetching={isFetching}
        empty={<Empty icon={IconCheck} title={t('product.no_reservations')} />}
        foot={<Pager meta={data?.meta} onPage={(page) => change({ page })} onSize={(per_page) => change({ per_page })} />}
      />
    </ReportFrame>
  )
}

export function CountsDue() {
  const { t, f } = useSpeech()
  const [search, change] = useReportSearch()
  const warehouseId = search.warehouse ?? 1
  const query = { page: search.page, per_page: search.per_page, warehouse_id: warehouseId }
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ['counts', 'plan', query],
    queryFn: ({ signal }) => answerOf(api.GET('/api/v1/operations/counts/plan', { params: { query }, signal })),
    placeholderData: keepPreviousData,
  })
  const columns: Column<Schemas['CountPlanLine']>[] = [
    { key: 'name', label: t('product.name'), render: (row) => <ProductCell row={row} /> },
    { key: 'class', label: t('count.scope_class'), render: (row) => row.abc_class },
    { key: 'sold', label: t('report.sold'), number: true, render: (row) => f.number(row.units_sold) },
    { key: 'value', label: t('report.sales_value'), number: true, render: (row) => f.money(row.sales_value, row.currency) },
    { key: 'last', label: t('report.last_counted'), render: (row) => f.date(row.last_counted_at) },
    { key: 'due', label: t('report.due_since'), render: (row) => f.date(row.due_since) },
  ]
  return (
    <ReportFrame report="counts-due">
      <Group>
        <WarehousePicker value={warehouseId} onPick={(id) => change({ warehouse: id ?? undefined })} aria-label={t('action.warehouse')} allowDeselect={false} />
      </Group>
      <DataTable
        label={t('report.counts-due')}
        columns={columns}
        rows={data?.data}
        rowKey={(row) => row.product_id}
        linkOf={(row) => `/products/${row.product_id}`}
        error={error}
        retry={() => void refetch()}
        isFetching={isFetching}
        empty={<Empty icon={IconCheck} title={t('report.nothing_due')} text={t('report.nothing_due_text')} />}
        foot={<Pager meta={data?.meta} onPage={(page) => change({ page })} onSize={(per_page) => change({ per_page })} />}
      />
    </ReportFrame>
  )
}

/** Stock as it was at the end of a day: one product drawn, all of them as a file. */
export function AsOf() {
  const { t, f } = useSpeech()
  const [search, change] = useReportSearch()
  const today = new Date().toISOString().slice(0, 10)
  const day = search.at ?? today
  const first = useQuery({ ...productsQuery({ per_page: 1, sort: 'name' }), enabled: search.product === undefined })
  const productId = search.product ?? first.data?.data[0]?.id
  const names = useProductNames(productId === undefined ? [] : [productId])
  const asOf = day === today ? undefined : `${day}T23:59:59Z`
  const { data, error, refetch, isFetching } = useQuery({ ...inventoryQuery(productId ?? 0, asOf), enabled: productId !== undefined })
  const columns: Column<Schemas['LevelData']>[] = [
    { key: 'warehouse', label: t('action.warehouse'), render: (row) => row.warehouse_name },
    { key: 'on_hand', label: t('level.on_hand'), number: true, render: (row) => f.number(row.quantity_on_hand) },
    { key: 'reserved', label: t('level.reserved'), number: true, render: (row) => f.number(row.quantity_reserved) },
    { key: 'available', label: t('level.available'), number: true, render: (row) => f.number(row.quantity_available) },
  ]
  const times = useMemo(() => Array.from({ length: 13 }, (_, at) => Math.floor(new Date(`${day}T12:00:00Z`).getTime() / 1_000) - (12 - at) * 7 * DAY_S), [day])
  const past = useQuery({
    queryKey: ['product', productId, 'weeks', day],
    enabled: productId !== undefined,
    staleTime: 60_000,
    queryFn: async ({ signal }) =>
      Promise.all(
        times.map(async (at) => {
          const as_of = new Date(Math.min(at * 1_000, Date.now() - 1_000)).toISOString()
          return (await answerOf(api.GET('/api/v1/operations/inventory/{product_id}', { params: { path: { product_id: productId ?? 0 }, query: { as_of } }, signal }))).data.quantity_on_hand
        }),
      ),
  })
  const lines = useMemo(() => (past.data ? [{ label: t('level.on_hand'), values: past.data, color: PLOT_COLORS.main, filled: true }] : []), [past.data, t])
  return (
    <ReportFrame report="as-of" csv={`/api/v1/operations/exports/levels.csv${asOf ? `?as_of=${encodeURIComponent(asOf)}` : ''}`}>
      <Group gap="sm" align="flex-end">
        <TextInput type="date" label={t('report.day')} value={day} max={today} onChange={(event) => change({ at: event.currentTarget.value || undefined })} />
        <div style={{ flex: '1 1 260px', maxWidth: 420 }}>
          <ProductPicker
            label={t('product.name')}
            value={productId === undefined ? null : { id: productId, ...names(productId) }}
            onPick={(product) => product && change({ product: product.id })}
          />
        </div>
      </Group>
      <DataTable label={t('report.as-of')} columns={columns} rows={data?.warehouses} rowKey={(row) => row.warehouse_id} error={error} retry={() => void refetch()} isFetching={isFetching} empty={<Empty title={t('report.no_level')} />} />
      {past.data && (
        <div className="card" style={{ padding: 16 }}>
          <Plot label={t('report.weeks')} times={times} lines={lines} height={240} />
        </div>
      )}
    </ReportFrame>
  )
}
