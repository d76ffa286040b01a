/** Transfers by state. */
import { IconTruckLoading } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { answerOf, api, type Schemas } from '~/api/client'
import { DocumentList, useDocumentSearch } from '~/documents/list'
import { useSpeech } from '~/i18n'
import { useMay } from '~/session/me'
import { DocumentState } from '~/ui/badges'
import { To } from '~/ui/link'
import { useWarehouseName } from '~/ui/pickers'
import type { Column } from '~/ui/table'

type Transfer = Schemas['TransferSummary']
const STATES = ['draft', 'shipped', 'partially_received', 'received', 'cancelled'] as const

export function TransferList() {
  const { t, f } = useSpeech()
  const may = useMay()
  const search = useDocumentSearch()
  const warehouse = useWarehouseName()
  const query = { page: search.page, per_page: search.per_page, state: search.state as Transfer['state'] | undefined, open: search.open }
  const answer = useQuery({
    queryKey: ['transfers', query],
    queryFn: ({ signal }) => answerOf(api.GET('/api/v1/operations/transfers', { params: { query }, signal })),
    placeholderData: keepPreviousData,
  })
  const columns: Column<Transfer>[] = [
    { key: 'id', label: t('documents.number'), render: (row) => <To className="link whole" to={`/transfers/${row.id}`}>{t('transfer.number', { id: row.id })}</To> },
    { key: 'state', label: t('product.status'), beside: true, render: (row) => <DocumentState state={row.state} /> },
    { key: 'from', label: t('action.from'), render: (row) => warehouse(row.from_warehouse_id) },
    { key: 'to', label: t('action.to'), render: (row) => warehouse(row.to_warehouse_id) },
    { key: 'quantity', label: t('action.quantity'), number: true, render: (row) => f.number(row.quantity) },
    { key: 'transit', label: t('level.in_transit'), number: true, render: (row) => f.number(row.quantity_in_transit) },
    { key: 'expected', label: t('documents.expected'), whole: true, render: (row) => f.date(row.expected_date) },
    { key: 'updated', label: t('product.updated'), whole: true, render: (row) => f.ago(row.updated_at) },
  ]
  return (
    <DocumentList
      path="/transfers"
      title={t('nav.transfers')}
      lead={t('transfer.lead')}
      none={t('transfer.none')}
      noneText={t('transfer.none_text')}
      icon={IconTruckLoading}
      states={STATES}
      columns={columns}
      answer={answer}
      newLabel={may('transfers.write') ? t('transfer.new') : undefined}
      exports="transfers"
    />
  )
}
