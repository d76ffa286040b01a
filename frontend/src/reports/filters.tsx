/** What reports are narrowed by, kept in their addresses. */
import { Group, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useSpeech } from '~/i18n'
import { warehousesQuery } from '~/products/queries'
import { WarehouseFilter } from '~/ui/filters'
import { addressed } from '~/ui/search'
import { useReportSearch } from './frame'

/** A warehouse, or all of them. */
export function InWarehouse() {
  const [search, change] = useReportSearch()
  return <WarehouseFilter id={search.warehouse} pick={(warehouse) => change({ warehouse })} />
}

/** From one day to another. */
export function DaysFilter() {
  const [search, change] = useReportSearch()
  const today = new Date().toISOString().slice(0, 10)
  return (
    <Group gap="sm" w={{ base: '100%', xs: 'auto' }}>
      <DayInput named="from" value={search.from} max={search.to ?? today} pick={(from) => change({ from })} />
      <DayInput named="to" value={search.to} min={search.from} max={today} pick={(to) => change({ to })} />
    </Group>
  )
}

interface DayInputProps {
  named: 'from' | 'to'
  value: string | undefined
  min?: string
  max: string
  pick(day: string | undefined): void
}

function DayInput({ named, value, min, max, pick }: DayInputProps) {
  const { t } = useSpeech()
  return (
    <TextInput
      type="date"
      aria-label={t(`report.${named}`)}
      leftSection={<Text fz="sm">{t(`report.${named}_short`)}</Text>}
      leftSectionWidth={56}
      value={value ?? ''}
      min={min}
      max={max}
      onChange={(event) => pick(event.currentTarget.value || undefined)}
      w={{ base: '100%', xs: 200 }}
    />
  )
}

/** The address of a report as a file, narrowed as it is shown: files know warehouses by their codes. */
export function useReportFile(name: string, more: Record<string, string | undefined> = {}): string {
  const [search] = useReportSearch()
  const { data } = useQuery(warehousesQuery)
  const asked = { warehouse: data?.find((it) => it.id === search.warehouse)?.code, ...more }
  return addressed(`/api/v1/operations/exports/${name}.csv`, name === 'stock-value' ? asked : { ...asked, from: search.from, to: search.to })
}
