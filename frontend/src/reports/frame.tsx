/** What all reports share: which there are, and the way from one to the next. */
import { Button } from '@mantine/core'
import { IconDownload, IconPrinter } from '@tabler/icons-react'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useSpeech, type MessageKey } from '~/i18n'
import { useMay, type Permission } from '~/session/me'
import { Page } from '~/ui/page'
import { Pdf } from '~/ui/pdf'
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
  children: ReactNode
}

export function ReportFrame({ report, pdf, csv, actions, children }: FrameProps) {
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
      {children}
    </Page>
  )
}
