/** What came in and went out by day, and what was on hand at each day's end. */
import { Group, SimpleGrid } from '@mantine/core'
import { IconChartBar } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useSpeech } from '~/i18n'
import { Card, Empty } from '~/ui/page'
import { DataTable, type Column } from '~/ui/table'
import { currenciesOf, daysQuery, FlowPlot, isEmpty, NotYetAll, valueOf, ValuePlot, type Day } from './days'
import { DaysFilter, useReportFile, WarehouseFilter } from './filters'
import { ReportFrame, useReportSearch } from './frame'

export function Activity() {
  const { t, f } = useSpeech()
  const [search] = useReportSearch()
  const csv = useReportFile('activity')
  const { data, error, refetch, isFetching } = useQuery(daysQuery({ from: search.from, to: search.to, warehouse_id: search.warehouse }))
  const days = data?.data
  const nothing = days !== undefined && isEmpty(days)
  const latest = useMemo(() => (nothing ? [] : days?.toReversed()), [days, nothing])
  const columns: Column<Day>[] = [
    { key: 'day', label: t('report.of_day'), render: (row) => <span style={{ whiteSpace: 'nowrap' }}>{f.date(row.day)}</span> },
    { key: 'in', label: t('report.units_in'), number: true, render: (row) => f.number(row.units_in) },
    { key: 'out', label: t('report.units_out'), number: true, render: (row) => f.number(row.units_out) },
    { key: 'transferred_in', label: t('report.transferred_in'), number: true, render: (row) => f.number(row.transferred_in) },
    { key: 'transferred_out', label: t('report.transferred_out'), number: true, render: (row) => f.number(row.transferred_out) },
    { key: 'movements', label: t('report.movements'), number: true, render: (row) => f.number(row.movements) },
    { key: 'on_hand', label: t('level.on_hand'), number: true, render: (row) => f.number(row.quantity_on_hand) },
    ...currenciesOf(days ?? []).map((currency): Column<Day> => ({ key: currency, label: t('report.value_in', { currency }), number: true, render: (row) => f.money(valueOf(row, currency), currency) })),
  ]
  return (
    <ReportFrame report="activity" csv={csv}>
      <Group gap="sm">
        <WarehouseFilter />
        <DaysFilter />
      </Group>
      <NotYetAll isComplete={data?.meta.is_complete} />
      {days && !nothing && (
        <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
          <Card title={t('report.flow_drawn')}>
            <FlowPlot days={days} />
          </Card>
          <Card title={t('report.value_drawn')}>
            <ValuePlot days={days} />
          </Card>
        </SimpleGrid>
      )}
      <DataTable
        label={t('report.activity')}
        columns={columns}
        rows={latest}
        rowKey={(row) => row.day}
        error={error}
        retry={() => void refetch()}
        isFetching={isFetching}
        minWidth={860}
        empty={<Empty icon={IconChartBar} title={t('report.no_activity')} text={t('report.no_activity_text')} />}
      />
    </ReportFrame>
  )
}
