/** Purchase orders by state. */
import { IconTruckDelivery } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { answerOf, api, type Schemas } from '~/api/client'
import { DocumentList, useDocumentSearch } from '~/documents/list'
import { useSpeech } from '~/i18n'
import { useMay } from '~/session/me'
import { DocumentState } from '~/ui/badges'
import { To } from '~/ui/link'
import { useWarehouseName } from '~/ui/pickers'
import type { Column } from '~/ui/table'
import { useSupplierName } from './suppliers'

type Order = Schemas['PurchaseOrderSummary']
const STATES = ['draft', 'pending', 'approved', 'sent', 'partially_received', 'completed', 'cancelled'] as const

export function PurchaseOrderList() {
  const { t, f } = useSpeech()
  const may = useMay()
  const search = useDocumentSearch()
  const warehouse = useWarehouseName()
  const supplier = useSupplierName()
  const query = { page: search.page, per_page: search.per_page, state: search.state as Order['state'] | undefined, open: search.open }
  const answer = useQuery({
    queryKey: ['purchase-orders', query],
    queryFn: ({ signal }) => answerOf(api.GET('/api/v1/operations/purchase-orders', { params: { query }, signal })),
    placeholderData: keepPreviousData,
  })
  const columns: Column<Order>[] = [
    { key: 'id', label: t('documents.number'), render: (row) => <To className="link whole" to={`/purchase-orders/${row.id}`}>{t('purchase.number', { id: row.id })}</To> },
    { key: 'state', label: t('product.status'), beside: true, render: (row) => <DocumentState state={row.state} /> },
    { key: 'supplier', label: t('purchase.supplier'), render: (row) => supplier(row.supplier_id) },
    { key: 'warehouse', label: t('action.warehouse'), render: (row) => warehouse(row.warehouse_id) },
    { key: 'expected', label: t('documents.expected'), whole: true, render: (row) => f.date(row.expected_date) },
    { key: 'received', label: t('documents.received_of'), number: true, render: (row) => `${f.number(row.quantity_received)} / ${f.number(row.quantity)}` },
    { key: 'total', label: t('documents.total'), number: true, render: (row) => f.money(row.total, row.currency) },
    { key: 'updated', label: t('product.updated'), whole: true, render: (row) => f.ago(row.updated_at) },
  ]
  return (
    <DocumentList
      path="/purchase-orders"
      title={t('nav.purchase_orders')}
      lead={t('purchase.lead')}
      none={t('purchase.none')}
      noneText={t('purchase.none_text')}
      icon={IconTruckDelivery}
      states={STATES}
      columns={columns}
      answer={answer}
      newLabel={may('purchasing.write') ? t('purchase.new') : undefined}
      exports="purchase-orders"
    />
  )
}
