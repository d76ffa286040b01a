/** Days of the shop, asked for once and drawn in two ways: what came and went, and what is worth how much. */
import { Alert } from '@mantine/core'
import { IconHourglass } from '@tabler/icons-react'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { useMemo } from 'react'
import { answerOf, api, type Schemas } from '~/api/client'
import { useSpeech } from '~/i18n'
import { PLOT_COLORS, Plot, type Line } from '~/ui/plot'

export type Day = Schemas['ActivityDayData']

export interface DaysWanted {
  from?: string
  to?: string
  warehouse_id?: number
}

const LINES = [PLOT_COLORS.main, PLOT_COLORS.second, PLOT_COLORS.third, PLOT_COLORS.warn]

export const daysQuery = (query: DaysWanted) =>
  queryOptions({
    queryKey: ['days', query],
    queryFn: ({ signal }) => answerOf(api.GET('/api/v1/operations/reports/activity', { params: { query }, signal })),
    placeholderData: keepPreviousData,
    // A busy shop tells of movements all the time; a plot of days need not follow each.
    staleTime: 30_000,
    refetchInterval: 60_000,
  })

/** Noon of a day in UTC, in seconds: the same day wherever it is read. */
export const noonOf = (day: string) => Date.parse(`${day}T12:00:00Z`) / 1_000

export function currenciesOf(days: Day[]): string[] {
  return [...new Set(days.flatMap((day) => day.values.map((it) => it.currency)))].sort()
}

export const valueOf = (day: Day, currency: string) => day.values.find((it) => it.currency === currency)?.value ?? 0

/** Whether anything ever came, went or lay there. */
export const isEmpty = (days: Day[]) => days.every((day) => day.movements === 0 && day.quantity_on_hand === 0)

export function ValuePlot({ days, height }: { days: Day[]; height?: number }) {
  const { t, f } = useSpeech()
  const currencies = useMemo(() => currenciesOf(days), [days])
  const times = useMemo(() => days.map((day) => noonOf(day.day)), [days])
  const lines = useMemo<Line[]>(
    () => currencies.map((it, at) => ({ label: t('report.value_in', { currency: it }), values: days.map((day) => valueOf(day, it)), color: LINES[at % LINES.length] as string, filled: at === 0 })),
    [days, currencies, t],
  )
  const last = days.at(-1)
  const told = last ? currencies.map((it) => f.money(valueOf(last, it), it)).join(', ') : ''
  return <Plot label={t('report.value_told', { days: days.length, value: told })} times={times} lines={lines} height={height} byDay />
}

export function FlowPlot({ days, height }: { days: Day[]; height?: number }) {
  const { t, f } = useSpeech()
  const times = useMemo(() => days.map((day) => noonOf(day.day)), [days])
  const lines = useMemo<Line[]>(
    () => [
      { label: t('report.units_in'), values: days.map((day) => day.units_in), color: PLOT_COLORS.main, bars: true },
      { label: t('report.units_out'), values: days.map((day) => -day.units_out), color: PLOT_COLORS.second, bars: true },
    ],
    [days, t],
  )
  const tell = useMemo(() => (value: number) => f.number(Math.abs(value)), [f])
  const all = (name: 'units_in' | 'units_out') => f.number(days.reduce((sum, day) => sum + day[name], 0))
  return <Plot label={t('report.flow_told', { days: days.length, came: all('units_in'), went: all('units_out') })} times={times} lines={lines} height={height} format={tell} byDay />
}

/** Said while the totals are behind. */
export function NotYetAll({ isComplete }: { isComplete: boolean | undefined }) {
  const { t } = useSpeech()
  if (isComplete !== false) return null
  return (
    <Alert variant="light" color="yellow" icon={<IconHourglass size={18} />}>
      {t('report.not_yet_all')}
    </Alert>
  )
}
