/** What all reports share: which there are, the way from one to the next, and the table that most are. */
import { Button, Group } from '@mantine/core'
import { IconDownload, IconPrinter } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { ComponentProps, ReactNode } from 'react'
import { useSpeech, type MessageKey } from '~/i18n'
import { useMay, type Permission } from '~/session/me'
import { Page } from '~/ui/page'
import { Pdf } from '~/ui/pdf'
import { DataTable, Pager, type PageMeta } from '~/ui/table'
import { PageTabs } from '~/ui/tabs'
import type { ReportSearch } from './search'

export const REPORTS: { key: string; needs: Permission }[] = [
  { key: 'reorder', needs: 'stock.read' },
  { key: 'low', needs: 'stock.read' },
  { key: 'out', needs: 'stock.read' },
  { key: 'value', needs: 'stock.read' },
  { key: 'activity', needs: 'stock.read' },
  { key: 'movements', needs: 'stock.read' },
  { key: 'reservations', needs: 'stock.read' },
  { key: 'as-of', needs: 'stock.read' },
  { key: 'counts-due', needs: 'counts.review' },
  { key: 'accuracy', needs: 'counts.review' },
  { key: 'suppliers', needs: 'purchasing.read' },
]

export function useReportSearch(): [ReportSearch, (wanted: ReportSearch) => void] {
  const search = useSearch({ strict: false }) as ReportSearch
  const navigate = useNavigate()
  return [
    search,
    (wanted) => void navigate({ to: '.', search: ((before: ReportSearch) => ({ ...before, page: undefined, cursor: undefined, ...wanted })) as never, replace: true, resetScroll: false }),
  ]
}

interface FrameProps {
  report: string
  /** Where its PDF is, with the filters that are set. */
  pdf?: string
  csv?: string
  actions?: ReactNode
  /** What it is narrowed by. */
  filters?: ReactNode
  children: ReactNode
}

export function ReportFrame({ report, pdf, csv, actions, filters, children }: FrameProps) {
  const { t } = useSpeech()
  const may = useMay()
  const navigate = useNavigate()
  return (
    <Page
      title={t(`report.${report}` as MessageKey)}
      lead={t(`report.${report}_means` as MessageKey)}
      actions={
        <>
          <Button variant="default" leftSection={<IconPrinter size={16} />} onClick={() => window.print()}>
            {t('print')}
          </Button>
          {pdf && <Pdf href={pdf} />}
          {csv && (
            <Button variant="default" component="a" href={csv} download leftSection={<IconDownload size={16} />}>
              {t('csv')}
            </Button>
          )}
          {actions}
        </>
      }
    >
      <PageTabs
        label={t('nav.reports')}
        value={report}
        tabs={REPORTS.filter((it) => may(it.needs)).map((it) => ({ key: it.key, label: t(`report.${it.key}` as MessageKey) }))}
        pick={(key) => void navigate({ to: `/reports/${key}` })}
      />
      {filters && (
        <Group gap="sm" align="flex-start" className="no-print">
          {filters}
        </Group>
      )}
      {children}
    </Page>
  )
}

/** What a report asks for: what is shown stays until the next comes. */
export function useReport<Data>(key: readonly unknown[], ask: (signal: AbortSignal) => Promise<Data>) {
  return useQuery({ queryKey: key, queryFn: ({ signal }) => ask(signal), placeholderData: keepPreviousData })
}

interface Answer<Row> {
  data: { data: Row[]; meta?: object } | undefined
  error: unknown
  refetch(): unknown
  isFetching: boolean
}

type TableProps<Row> = Omit<ComponentProps<typeof DataTable<Row>>, 'label' | 'rows' | 'error' | 'retry' | 'isFetching'>

interface ReportListProps<Row> extends Omit<FrameProps, 'children'>, TableProps<Row> {
  answer: Answer<Row>
  /** What stands above the table, unless there is nothing but a fault to tell. */
  children?: ReactNode
  /** What stands under it, where the table is what one works in. */
  below?: ReactNode
}

/** A report that is a table: its pages are turned below it. */
export function ReportList<Row>({ report, pdf, csv, actions, filters, children, below, answer, ...table }: ReportListProps<Row>) {
  const { t } = useSpeech()
  const [, change] = useReportSearch()
  const { data, error, refetch, isFetching } = answer
  const pages = data?.meta && 'last_page' in data.meta ? (data.meta as PageMeta) : undefined
  return (
    <ReportFrame report={report} pdf={pdf} csv={csv} actions={actions} filters={filters}>
      {(data || !error) && children}
      <DataTable
        label={t(`report.${report}` as MessageKey)}
        rows={data?.data}
        error={error}
        retry={() => void refetch()}
        isFetching={isFetching}
        foot={<Pager meta={pages} onPage={(page) => change({ page })} onSize={(per_page) => change({ per_page })} />}
        {...table}
      />
      {data && below}
    </ReportFrame>
  )
}
