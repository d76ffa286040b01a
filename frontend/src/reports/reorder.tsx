/** What to order: edit the quantities, and make a draft order for each supplier. */
import { Alert, Button, Checkbox, NumberInput, Text } from '@mantine/core'
import { IconCheck, IconShoppingCartPlus } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { answerOf, api, type Schemas } from '~/api/client'
import { useCommand } from '~/api/command'
import { ApiProblem } from '~/api/problems'
import { useSpeech } from '~/i18n'
import { useMay } from '~/session/me'
import { TermsForm } from '~/suppliers/forms'
import { To } from '~/ui/link'
import { Empty, ProductCell, Said } from '~/ui/page'
import { addressed } from '~/ui/search'
import type { Column } from '~/ui/table'
import { Bars, DRAWN } from './bars'
import { InWarehouse } from './filters'
import { ReportList, useReport, useReportSearch } from './frame'

type Line = Schemas['ReorderLine']
type Wanted = { supplierId: number; lines: { product_id: number; quantity: number }[] }[]

export function Reorder() {
  const { t, f } = useSpeech()
  const may = useMay()
  const [search] = useReportSearch()
  const [left, setLeft] = useState<Set<number>>(new Set())
  const [quantities, setQuantities] = useState<Record<number, number | ''>>({})
  const [made, setMade] = useState<number[]>([])
  const [supplied, setSupplied] = useState<Line | null>(null)
  const query = { page: search.page, per_page: search.per_page, warehouse_id: search.warehouse, sort: search.sort }
  const answer = useReport(['reports', 'reorder', query], (signal) => answerOf(api.GET('/api/v1/operations/inventory/reorder-report', { params: { query }, signal })))
  const { data } = answer
  const orderable = useMemo(() => data?.data.filter((it) => it.supplier_id !== null && it.order_quantity > 0) ?? [], [data])
  const wantedOf = (line: Line) => quantities[line.product_id] ?? line.order_quantity
  // Nothing of a line is no line.
  const chosen = orderable.filter((it) => !left.has(it.product_id) && Number(wantedOf(it)) > 0)
  const order = useCommand<Wanted, number[]>({
    send: async (wanted, key) => {
      const ids: number[] = []
      for (const { supplierId, lines } of wanted) {
        const body = { supplier_id: supplierId, warehouse_id: search.warehouse ?? 1, lines }
        // One key for each order: what was made before a failure is not made twice.
        const answer = await answerOf(api.POST('/api/v1/operations/purchase-orders', { body, headers: { 'Idempotency-Key': `${key}-${supplierId}` } }))
        ids.push(answer.data.id)
      }
      return ids
    },
    touches: ['purchase-orders', 'reports', 'home'],
    onDone(ids, wanted) {
      setMade(ids)
      // What was ordered just now is not ordered once more by a second click.
      setLeft((before) => new Set([...before, ...wanted.flatMap((it) => it.lines.map((line) => line.product_id))]))
    },
  })
  function makeOrders() {
    const bySupplier = new Map<number, Wanted[number]['lines']>()
    for (const line of chosen) {
      const supplierId = line.supplier_id ?? 0
      bySupplier.set(supplierId, [...(bySupplier.get(supplierId) ?? []), { product_id: line.product_id, quantity: Number(wantedOf(line)) }])
    }
    order.mutate([...bySupplier].map(([supplierId, lines]) => ({ supplierId, lines })))
  }
  const buys = may('purchasing.write')
  const columns: Column<Line>[] = [
    ...(buys
      ? [
          {
            key: 'chosen',
            label: '',
            width: 40,
            render: (row: Line) => (
              <Checkbox
                aria-label={t('report.order_named', { name: row.name })}
                disabled={row.supplier_id === null}
                checked={row.supplier_id !== null && !left.has(row.product_id)}
                onChange={(event) => {
                  const next = new Set(left)
                  if (event.currentTarget.checked) next.delete(row.product_id)
                  else next.add(row.product_id)
                  setLeft(next)
                }}
              />
            ),
          },
        ]
      : []),
    { key: 'name', label: t('product.name'), render: (row) => <ProductCell id={row.product_id} name={row.name} sku={row.sku} /> },
    // What one decides about stands where it is seen on every screen.
    {
      key: 'order',
      label: t('report.order'),
      number: true,
      width: 104,
      render: (row) =>
        buys && row.supplier_id !== null ? (
          <NumberInput
            size="xs"
            w={84}
            ml={{ base: 0, xs: 'auto' }}
            aria-label={t('report.quantity_of', { name: row.name })}
            value={wantedOf(row)}
            onClick={(event) => event.currentTarget.select()}
            onChange={(value) => setQuantities((before) => ({ ...before, [row.product_id]: typeof value === 'number' ? value : '' }))}
            allowDecimal={false}
            allowNegative={false}
            styles={{ input: { textAlign: 'right' } }}
          />
        ) : (
          f.number(row.order_quantity)
        ),
    },
    {
      key: 'supplier',
      label: t('purchase.supplier'),
      render: (row) =>
        row.supplier ??
        (buys ? (
          <Button size="compact-sm" variant="light" onClick={() => setSupplied(row)} aria-label={t('report.choose_supplier_of', { name: row.name })}>
            {t('report.choose_supplier')}
          </Button>
        ) : (
          <Text c="dimmed" inherit>
            {t('report.no_supplier')}
          </Text>
        )),
    },
    { key: 'position', label: t('report.position'), number: true, render: (row) => f.number(row.inventory_position) },
    { key: 'on_hand', label: t('level.on_hand'), number: true, render: (row) => f.number(row.quantity_on_hand) },
    { key: 'on_order', label: t('level.on_order'), number: true, render: (row) => f.number(row.quantity_on_order) },
    { key: 'point', label: t('product.reorder_point'), number: true, render: (row) => f.number(row.reorder_point) },
    { key: 'daily', label: t('report.daily'), number: true, render: (row) => f.number(row.average_daily_sales, 1) },
    { key: 'cover', label: t('report.cover'), number: true, render: (row) => (row.days_of_cover === null ? '–' : f.number(row.days_of_cover, 1)) },
    { key: 'cost', label: t('report.cost'), number: true, render: (row) => f.money(row.estimated_cost, row.currency) },
  ]
  const problem = order.error instanceof ApiProblem ? [...new Set([order.error.message, ...Object.values(order.error.errors).flat()])] : order.error ? [t('action.lost')] : []
  return (
    <ReportList
      report="reorder"
      pdf={addressed('/api/v1/operations/inventory/reorder-report/pdf', { warehouse_id: search.warehouse, sort: search.sort })}
      actions={
        buys && (
          <Button leftSection={<IconShoppingCartPlus size={17} />} onClick={makeOrders} loading={order.isPending} disabled={chosen.length === 0}>
            {t('report.make_orders', { count: chosen.length })}
          </Button>
        )
      }
      filters={<InWarehouse />}
      answer={answer}
      columns={columns}
      rowKey={(row) => row.product_id}
      minWidth={960}
      empty={<Empty icon={IconCheck} title={t('home.enough')} text={t('home.enough_text')} />}
      below={
        <Bars
          title={t('report.reorder_drawn')}
          bars={data?.data.slice(0, DRAWN).map((it) => ({ key: it.product_id, name: it.name, value: it.inventory_position, against: it.reorder_point }))}
        />
      }
    >
      <Said texts={problem} />
      {made.length > 0 && (
        <Alert color="pine" icon={<IconCheck size={18} />} withCloseButton onClose={() => setMade([])} closeButtonLabel={t('close')} role="status">
          {t('report.made')}{' '}
          {made.map((id) => (
            <span key={id}>
              <To to={`/purchase-orders/${id}`}>{t('purchase.number', { id })}</To>{' '}
            </span>
          ))}
        </Alert>
      )}
      {supplied && <TermsForm terms={null} product={{ id: supplied.product_id, name: supplied.name, sku: supplied.sku }} close={() => setSupplied(null)} />}
    </ReportList>
  )
}
