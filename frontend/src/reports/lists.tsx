/** Reports that are lists: what is low, what is out, what moved, what is held, what to count. */
import { Select, Skeleton } from '@mantine/core'
import { IconCheck, IconHistory } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { answerOf, api, type Schemas } from '~/api/client'
import { useProductNames } from '~/documents/names'
import { useSpeech, type MessageKey } from '~/i18n'
import { movementsQuery } from '~/products/queries'
import { documentOf } from '~/products/references'
import { ProductFilter } from '~/ui/filters'
import { To } from '~/ui/link'
import { Card, Empty, ProductCell } from '~/ui/page'
import { WarehousePicker, useWarehouseName } from '~/ui/pickers'
import { addressed } from '~/ui/search'
import { Steps, type Column } from '~/ui/table'
import { Bars, DRAWN } from './bars'
import { daysQuery, FlowPlot, isEmpty } from './days'
import { DaysFilter, InWarehouse, useReportFile } from './filters'
import { ReportList, useReport, useReportSearch } from './frame'

const FLOW_HEIGHT = 200
const SOON_MS = 24 * 3_600_000

const idOf = (row: { product_id: number }) => row.product_id
const productOf = (row: { product_id: number }) => `/products/${row.product_id}`

export function Low() {
  const { t, f } = useSpeech()
  const [search] = useReportSearch()
  const query = { page: search.page, per_page: search.per_page, warehouse_id: search.warehouse, sort: search.sort }
  const answer = useReport(['reports', 'low', query], (signal) => answerOf(api.GET('/api/v1/operations/inventory/low-stock', { params: { query }, signal })))
  const columns: Column<Schemas['LowStockLine']>[] = [
    { key: 'name', label: t('product.name'), render: (row) => <ProductCell id={row.product_id} name={row.name} sku={row.sku} /> },
    { key: 'on_hand', label: t('level.on_hand'), number: true, render: (row) => f.number(row.quantity_on_hand) },
    { key: 'point', label: t('product.reorder_point'), number: true, render: (row) => f.number(row.reorder_point) },
    { key: 'suggested', label: t('report.suggested'), number: true, render: (row) => f.number(row.suggested_order) },
  ]
  return (
    <ReportList
      report="low"
      pdf={addressed('/api/v1/operations/inventory/low-stock/pdf', { warehouse_id: search.warehouse, sort: search.sort })}
      filters={<InWarehouse />}
      answer={answer}
      columns={columns}
      rowKey={idOf}
      linkOf={productOf}
      empty={<Empty icon={IconCheck} title={t('home.enough')} text={t('home.enough_text')} />}
    >
      <Bars
        title={t('report.low_drawn')}
        bars={answer.data?.data.slice(0, DRAWN).map((it) => ({ key: it.product_id, name: it.name, value: it.quantity_on_hand, against: it.reorder_point }))}
      />
    </ReportList>
  )
}

export function Out() {
  const { t, f } = useSpeech()
  const [search] = useReportSearch()
  const query = { page: search.page, per_page: search.per_page, warehouse_id: search.warehouse, sort: search.sort }
  const answer = useReport(['reports', 'out', query], (signal) => answerOf(api.GET('/api/v1/operations/inventory/out-of-stock', { params: { query }, signal })))
  const columns: Column<Schemas['OutOfStockLine']>[] = [
    { key: 'name', label: t('product.name'), render: (row) => <ProductCell id={row.product_id} name={row.name} sku={row.sku} /> },
    { key: 'on_hand', label: t('level.on_hand'), number: true, render: (row) => f.number(row.quantity_on_hand) },
    { key: 'reserved', label: t('level.reserved'), number: true, render: (row) => f.number(row.quantity_reserved) },
    { key: 'backordered', label: t('level.backordered'), number: true, render: (row) => f.number(row.backordered) },
    { key: 'suggested', label: t('report.suggested'), number: true, render: (row) => f.number(row.suggested_order) },
  ]
  return (
    <ReportList
      report="out"
      pdf={addressed('/api/v1/operations/inventory/out-of-stock/pdf', { warehouse_id: search.warehouse, sort: search.sort })}
      filters={<InWarehouse />}
      answer={answer}
      columns={columns}
      rowKey={idOf}
      linkOf={productOf}
      empty={<Empty icon={IconCheck} title={t('report.nothing_out')} text={t('report.nothing_out_text')} />}
    >
      <Bars
        title={t('report.out_drawn')}
        bars={answer.data?.data
          .filter((it) => it.suggested_order > 0)
          .slice(0, DRAWN)
          .map((it) => ({ key: it.product_id, name: it.name, value: it.suggested_order, color: 'var(--mantine-color-orange-5)' }))}
      />
    </ReportList>
  )
}

const TYPES = ['in', 'out', 'adjustment', 'transfer', 'count', 'reserved', 'released'] as const

export function Movements() {
  const { t, f } = useSpeech()
  const warehouse = useWarehouseName()
  const [search, change] = useReportSearch()
  const type = TYPES.find((it) => it === search.type)
  const asked = { sort: '-occurred_at', warehouse_id: search.warehouse, product_id: search.product, movement_type: type, from: search.from, to: search.to } as const
  const answer = useQuery(movementsQuery({ ...asked, per_page: 50, cursor: search.cursor }))
  const nameOf = useProductNames([...(answer.data?.data ?? []), ...(search.product ? [{ product_id: search.product }] : [])].map((it) => it.product_id))
  const csv = useReportFile('movements', { sku: search.product ? nameOf(search.product).sku : undefined, movement_type: type })
  const columns: Column<Schemas['MovementData']>[] = [
    { key: 'at', label: t('report.when'), whole: true, render: (row) => f.time(row.occurred_at) },
    { key: 'name', label: t('product.name'), head: true, render: (row) => <ProductCell id={row.product_id} {...nameOf(row.product_id)} /> },
    { key: 'type', label: t('warehouse.type'), render: (row) => t(`movement.${row.movement_type}` as MessageKey) },
    { key: 'warehouse', label: t('action.warehouse'), render: (row) => warehouse(row.warehouse_id) },
    { key: 'quantity', label: t('action.quantity'), number: true, render: (row) => f.signed(row.quantity) },
    { key: 'on_hand', label: t('level.on_hand'), number: true, render: (row) => f.number(row.quantity_on_hand) },
    {
      key: 'why',
      label: t('report.why'),
      render: (row) => {
        const document = documentOf(row)
        return (
          <div className="named">
            {[row.reason, row.reference].filter(Boolean).join(' · ')} {document && <To to={document.to}>{t(document.label, { id: document.id })}</To>}
          </div>
        )
      },
    },
    { key: 'by', label: t('documents.by'), render: (row) => row.created_by.replace(/^(user|key):/, '') },
  ]
  const next = answer.data?.meta.next_cursor
  return (
    <ReportList
      report="movements"
      pdf={addressed('/api/v1/operations/stock-movements/pdf', asked)}
      csv={csv}
      filters={
        <>
          <InWarehouse />
          <Select
            data={TYPES.map((it) => ({ value: it, label: t(`movement.${it}` as MessageKey) }))}
            value={type ?? null}
            onChange={(value) => change({ type: value ?? undefined })}
            placeholder={t('movement.all')}
            aria-label={t('movement.type')}
            clearable
            w={{ base: '100%', xs: 180 }}
          />
          <ProductFilter id={search.product} pick={(product) => change({ product })} />
          <DaysFilter />
        </>
      }
      answer={answer}
      columns={columns}
      rowKey={(row) => row.id}
      minWidth={940}
      empty={<Empty icon={IconHistory} title={t('movement.none')} text={t('home.recent_none')} />}
      foot={<Steps back={search.cursor ? () => window.history.back() : undefined} forth={next ? () => change({ cursor: next }) : undefined} />}
    >
      {!type && !search.product && <Flow />}
    </ReportList>
  )
}

/** What came and went by day: drawn of all products, as days are added up. */
function Flow() {
  const { t } = useSpeech()
  const [search] = useReportSearch()
  const { data, error } = useQuery(daysQuery({ from: search.from, to: search.to, warehouse_id: search.warehouse }))
  if (error || (data && isEmpty(data.data))) return null
  return <Card title={t('report.flow_drawn')}>{data ? <FlowPlot days={data.data} height={FLOW_HEIGHT} /> : <Skeleton height={FLOW_HEIGHT + 30} />}</Card>
}

export function Reservations() {
  const { t, f } = useSpeech()
  const warehouse = useWarehouseName()
  const [search, change] = useReportSearch()
  const soon = useMemo(() => new Date(Date.now() + SOON_MS).toISOString(), [])
  const query = { page: search.page, per_page: search.per_page, warehouse_id: search.warehouse, product_id: search.product, expiring_before: search.expiring ? soon : undefined }
  const answer = useReport(['reservations', 'report', query], (signal) => answerOf(api.GET('/api/v1/operations/reservations', { params: { query }, signal })))
  const nameOf = useProductNames(answer.data?.data.map((it) => it.product_id) ?? [])
  const columns: Column<Schemas['ReservationData']>[] = [
    {
      key: 'order',
      label: t('report.held_for'),
      render: (row) => (row.sales_order_id ? <To to={`/sales-orders/${row.sales_order_id}`}>{t('sales.number', { id: row.sales_order_id })}</To> : t('product.order', { id: row.order_id ?? '–' })),
    },
    { key: 'name', label: t('product.name'), head: true, render: (row) => <ProductCell id={row.product_id} {...nameOf(row.product_id)} /> },
    { key: 'warehouse', label: t('action.warehouse'), render: (row) => warehouse(row.warehouse_id) },
    { key: 'allocated', label: t('sales.allocated'), number: true, render: (row) => f.number(row.allocated) },
    { key: 'backordered', label: t('level.backordered'), number: true, render: (row) => f.number(row.backordered) },
    { key: 'expires', label: t('report.ends'), whole: true, render: (row) => (row.expires_at ? f.time(row.expires_at) : '–') },
  ]
  return (
    <ReportList
      report="reservations"
      pdf={addressed('/api/v1/operations/reservations/pdf', { warehouse_id: search.warehouse, product_id: search.product, expiring_before: search.expiring ? soon : undefined })}
      filters={
        <>
          <InWarehouse />
          <Select
            data={[{ value: 'soon', label: t('report.ending_soon') }]}
            value={search.expiring ? 'soon' : null}
            onChange={(value) => change({ expiring: value === 'soon' || undefined })}
            placeholder={t('report.ending_ever')}
            aria-label={t('report.ends')}
            clearable
            w={{ base: '100%', xs: 220 }}
          />
        </>
      }
      answer={answer}
      columns={columns}
      rowKey={(row) => row.id}
      minWidth={760}
      empty={<Empty icon={IconCheck} title={t('product.no_reservations')} text={t('report.no_reservations_text')} />}
    />
  )
}

export function CountsDue() {
  const { t, f } = useSpeech()
  const [search, change] = useReportSearch()
  const warehouseId = search.warehouse ?? 1
  const query = { page: search.page, per_page: search.per_page, warehouse_id: warehouseId }
  const answer = useReport(['counts', 'plan', query], (signal) => answerOf(api.GET('/api/v1/operations/counts/plan', { params: { query }, signal })))
  const columns: Column<Schemas['CountPlanLine']>[] = [
    { key: 'name', label: t('product.name'), render: (row) => <ProductCell id={row.product_id} name={row.name} sku={row.sku} /> },
    { key: 'class', label: t('count.scope_class'), render: (row) => row.abc_class },
    { key: 'sold', label: t('report.sold'), number: true, render: (row) => f.number(row.units_sold) },
    { key: 'value', label: t('report.sales_value'), number: true, render: (row) => f.money(row.sales_value, row.currency) },
    { key: 'last', label: t('report.last_counted'), whole: true, render: (row) => f.date(row.last_counted_at) },
    { key: 'due', label: t('report.due_since'), whole: true, render: (row) => f.date(row.due_since) },
  ]
  return (
    <ReportList
      report="counts-due"
      pdf={addressed('/api/v1/operations/counts/plan/pdf', { warehouse_id: warehouseId })}
      filters={<WarehousePicker value={warehouseId} onPick={(id) => change({ warehouse: id ?? undefined })} aria-label={t('action.warehouse')} allowDeselect={false} w={{ base: '100%', xs: 220 }} />}
      answer={answer}
      columns={columns}
      rowKey={idOf}
      linkOf={productOf}
      empty={<Empty icon={IconCheck} title={t('report.nothing_due')} text={t('report.nothing_due_text')} />}
    />
  )
}
