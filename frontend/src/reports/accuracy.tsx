/** How good the book was, count by count. */
import { IconTarget } from '@tabler/icons-react'
import { useMemo } from 'react'
import { answerOf, api, type Schemas } from '~/api/client'
import { useSpeech } from '~/i18n'
import { To } from '~/ui/link'
import { Card, Empty } from '~/ui/page'
import { useWarehouseName } from '~/ui/pickers'
import { PLOT_COLORS, Plot } from '~/ui/plot'
import type { Column } from '~/ui/table'
import { DaysFilter, useReportFile, InWarehouse } from './filters'
import { addressed } from '~/ui/search'
import { ReportList, useReport, useReportSearch } from './frame'

type Line = Schemas['CountAccuracyLine']

export function Accuracy() {
  const { t, f } = useSpeech()
  const warehouse = useWarehouseName()
  const [search] = useReportSearch()
  const csv = useReportFile('count-accuracy')
  const query = { page: search.page, per_page: search.per_page, warehouse_id: search.warehouse, from: search.from, to: search.to }
  const answer = useReport(['reports', 'accuracy', query], (signal) => answerOf(api.GET('/api/v1/operations/reports/count-accuracy', { params: { query }, signal })))
  const { data } = answer
  const drawn = useMemo(() => (data?.data ?? []).filter((it) => it.record_accuracy_percent !== null).toReversed(), [data])
  const times = useMemo(() => drawn.map((it) => Date.parse(it.posted_at) / 1_000), [drawn])
  const lines = useMemo(() => [{ label: t('report.accuracy_short'), values: drawn.map((it) => it.record_accuracy_percent), color: PLOT_COLORS.main, filled: true, points: true }], [drawn, t])
  const tell = useMemo(() => (value: number) => f.percent(value), [f])
  const totals = data?.meta.totals
  const columns: Column<Line>[] = [
    { key: 'count', label: t('report.of_count'), render: (row) => <To to={`/counts/${row.count_id}`}>{row.reference ?? t('count.number', { id: row.count_id })}</To> },
    { key: 'posted', label: t('report.when'), whole: true, render: (row) => f.time(row.posted_at) },
    { key: 'warehouse', label: t('action.warehouse'), render: (row) => warehouse(row.warehouse_id) },
    { key: 'records', label: t('report.records'), number: true, render: (row) => f.number(row.records_counted) },
    { key: 'within', label: t('report.accurate'), number: true, render: (row) => f.number(row.records_within_tolerance) },
    { key: 'accuracy', label: t('report.accuracy_short'), number: true, render: (row) => f.percent(row.record_accuracy_percent) },
    { key: 'over', label: t('report.units_over'), number: true, render: (row) => f.number(row.units_over) },
    { key: 'under', label: t('report.units_under'), number: true, render: (row) => f.number(row.units_under) },
  ]
  return (
    <ReportList
      report="accuracy"
      pdf={addressed('/api/v1/operations/reports/count-accuracy/pdf', { warehouse_id: search.warehouse, from: search.from, to: search.to })}
      csv={csv}
      filters={
        <>
          <InWarehouse />
          <DaysFilter />
        </>
      }
      answer={answer}
      columns={columns}
      rowKey={(row) => row.count_id}
      linkOf={(row) => `/counts/${row.count_id}`}
      minWidth={860}
      empty={<Empty icon={IconTarget} title={t('report.no_counts')} text={t('report.no_counts_text')} />}
    >
      {totals && drawn.length > 1 && (
        <Card title={t('report.accuracy_of', { percent: f.percent(totals.record_accuracy_percent), records: f.number(totals.records_counted) })}>
          <Plot label={t('report.accuracy_told', { count: drawn.length, percent: f.percent(totals.record_accuracy_percent) })} times={times} lines={lines} height={220} format={tell} top={100} />
        </Card>
      )}
    </ReportList>
  )
}
