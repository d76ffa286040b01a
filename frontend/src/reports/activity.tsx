/** What came in and went out by day, and what was on hand at each day's end. */
import { SimpleGrid, Skeleton } from '@mantine/core'
import { IconChartBar } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useSpeech } from '~/i18n'
import { Card, Empty } from '~/ui/page'
import type { Column } from '~/ui/table'
import { currenciesOf, daysQuery, FlowPlot, isEmpty, NotYetAll, valueOf, ValuePlot, type Day } from './days'
import { DaysFilter, useReportFile, InWarehouse } from './filters'
import { addressed } from '~/ui/search'
import { ReportList, useReportSearch } from './frame'

export function Activity() {
  const { t, f } = useSpeech()
  const [search] = useReportSearch()
  const csv = useReportFile('activity')
  const answer = useQuery(daysQuery({ from: search.from, to: search.to, warehouse_id: search.warehouse }))
  const days = answer.data?.data
  const nothing = days !== undefined && isEmpty(days)
  const latest = useMemo(() => (nothing ? [] : days?.toReversed()), [days, nothing])
  const columns: Column<Day>[] = [
    { key: 'day', label: t('report.of_day'), whole: true, render: (row) => f.date(row.day) },
    { key: 'in', label: t('report.units_in'), number: true, render: (row) => f.number(row.units_in) },
    { key: 'out', label: t('report.units_out'), number: true, render: (row) => f.number(row.units_out) },
    { key: 'transferred_in', label: t('report.transferred_in'), number: true, render: (row) => f.number(row.transferred_in) },
    { key: 'transferred_out', label: t('report.transferred_out'), number: true, render: (row) => f.number(row.transferred_out) },
    { key: 'movements', label: t('report.movements'), number: true, render: (row) => f.number(row.movements) },
    { key: 'on_hand', label: t('level.on_hand'), number: true, render: (row) => f.number(row.quantity_on_hand) },
    ...currenciesOf(days ?? []).map((currency): Column<Day> => ({ key: currency, label: t('report.value_in', { currency }), number: true, render: (row) => f.money(valueOf(row, currency), currency) })),
  ]
  return (
    <ReportList
      report="activity"
      pdf={addressed('/api/v1/operations/reports/activity/pdf', { warehouse_id: search.warehouse, from: search.from, to: search.to })}
      csv={csv}
      filters={
        <>
          <InWarehouse />
          <DaysFilter />
        </>
      }
      answer={{ ...answer, data: latest && { data: latest } }}
      columns={columns}
      rowKey={(row) => row.day}
      minWidth={860}
      empty={<Empty icon={IconChartBar} title={t('report.no_activity')} text={t('report.no_activity_text')} />}
    >
      <NotYetAll isComplete={answer.data?.meta.is_complete} />
      {!nothing && !answer.error && (
        <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
          <Card title={t('report.flow_drawn')}>{days ? <FlowPlot days={days} /> : <Skeleton height={290} />}</Card>
          <Card title={t('report.value_drawn')}>{days ? <ValuePlot days={days} /> : <Skeleton height={290} />}</Card>
        </SimpleGrid>
      )}
    </ReportList>
  )
}
