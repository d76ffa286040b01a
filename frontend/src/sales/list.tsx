/** Sales orders by state. */
import { IconShoppingCart } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { answerOf, api, type Schemas } from '~/api/client'
import { DocumentList, useDocumentSearch } from '~/documents/list'
import { useSpeech } from '~/i18n'
import { useMay } from '~/session/me'
import { DocumentState } from '~/ui/badges'
import { To } from '~/ui/link'
import type { Column } from '~/ui/table'

type Order = Schemas['SalesOrderSummary']
const STATES = ['draft', 'confirmed', 'partially_shipped', 'shipped', 'closed', 'cancelled'] as const

export function SalesOrderList() {
  const { t, f } = useSpeech()
  const may = useMay()
  const search = useDocumentSearch()
  const query = { page: search.page, per_page: search.per_page, state: search.state as Order['state'] | undefined, open: search.open }
  const answer = useQuery({
    queryKey: ['sales-orders', query],
    queryFn: ({ signal }) => answerOf(api.GET('/api/v1/sales/orders', { params: { query }, signal })),
    placeholderData: keepPreviousData,
  })
  const columns: Column<Order>[] = [
    { key: 'id', label: t('documents.number'), render: (row) => <To className="link whole" to={`/sales-orders/${row.id}`}>{t('sales.number', { id: row.id })}</To> },
    { key: 'state', label: t('product.status'), beside: true, render: (row) => <DocumentState state={row.state} /> },
    { key: 'customer', label: t('sales.customer'), render: (row) => row.customer ?? '–' },
    { key: 'requested', label: t('sales.requested'), whole: true, render: (row) => f.date(row.requested_date) },
    { key: 'shipped', label: t('sales.shipped_of'), number: true, render: (row) => `${f.number(row.quantity_shipped)} / ${f.number(row.quantity)}` },
    { key: 'backordered', label: t('level.backordered'), number: true, render: (row) => f.number(row.quantity_backordered) },
    { key: 'updated', label: t('product.updated'), whole: true, render: (row) => f.ago(row.updated_at) },
  ]
  return (
    <DocumentList
      path="/sales-orders"
      title={t('nav.sales_orders')}
      lead={t('sales.lead')}
      none={t('sales.none')}
      noneText={t('sales.none_text')}
      icon={IconShoppingCart}
      states={STATES}
      columns={columns}
      answer={answer}
      newLabel={may('sales.write') ? t('sales.new') : undefined}
      exports="sales-orders"
    />
  )
}
