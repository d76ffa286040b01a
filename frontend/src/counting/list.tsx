/** Counts by state. */
import { IconChecklist } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { answerOf, api, type Schemas } from '~/api/client'
import { DocumentList, useDocumentSearch } from '~/documents/list'
import { useSpeech, type MessageKey } from '~/i18n'
import { useMay } from '~/session/me'
import { DocumentState } from '~/ui/badges'
import { To } from '~/ui/link'
import { useWarehouseName } from '~/ui/pickers'
import type { Column } from '~/ui/table'

type Count = Schemas['CountSummary']
const STATES = ['draft', 'counting', 'review', 'posted', 'cancelled'] as const

export function CountList() {
  const { t, f } = useSpeech()
  const may = useMay()
  const search = useDocumentSearch()
  const warehouse = useWarehouseName()
  const query = { page: search.page, per_page: search.per_page, state: search.state as Count['state'] | undefined }
  const answer = useQuery({
    queryKey: ['counts', query],
    queryFn: ({ signal }) => answerOf(api.GET('/api/v1/operations/counts', { params: { query }, signal })),
    placeholderData: keepPreviousData,
  })
  const columns: Column<Count>[] = [
    { key: 'id', label: t('documents.number'), render: (row) => <To className="link whole" to={`/counts/${row.id}`}>{t('count.number', { id: row.id })}</To> },
    { key: 'state', label: t('product.status'), beside: true, render: (row) => <DocumentState state={row.state} /> },
    { key: 'warehouse', label: t('action.warehouse'), render: (row) => warehouse(row.warehouse_id) },
    { key: 'scope', label: t('count.scope'), render: (row) => (row.abc_class ? t('count.class', { name: row.abc_class }) : t(`count.scope_${row.scope}` as MessageKey)) },
    { key: 'counted', label: t('count.counted_of'), number: true, render: (row) => `${f.number(row.counted_count)} / ${f.number(row.line_count)}` },
    { key: 'recount', label: t('count.recounts'), number: true, render: (row) => f.number(row.recount_count) },
    { key: 'updated', label: t('product.updated'), whole: true, render: (row) => f.ago(row.updated_at) },
  ]
  return (
    <DocumentList
      path="/counts"
      title={t('nav.counts')}
      lead={t('count.lead')}
      none={t('count.none')}
      noneText={t('count.none_text')}
      icon={IconChecklist}
      states={STATES}
      columns={columns}
      answer={answer}
      newLabel={may('counts.write') ? t('count.new') : undefined}
      exports={may('counts.review') ? 'counts' : undefined}
      hasOpen={false}
    />
  )
}
