/** How suppliers do: on time, in full, without faults. */
import { IconUsersGroup } from '@tabler/icons-react'
import { useQueries, useQuery } from '@tanstack/react-query'
import { answerOf, api, type Schemas } from '~/api/client'
import { useSpeech } from '~/i18n'
import { suppliersQuery } from '~/purchasing/suppliers'
import { To } from '~/ui/link'
import { Empty } from '~/ui/page'
import type { Column } from '~/ui/table'
import { Bars } from './bars'
import { ReportList } from './frame'

type Supplier = Schemas['SupplierData']

export function Suppliers() {
  const { t, f } = useSpeech()
  const answer = useQuery(suppliersQuery)
  const { data } = answer
  const ids = data?.map((it) => it.id) ?? []
  const figures = useQueries({
    queries: ids.map((id) => ({
      queryKey: ['suppliers', 'performance', id],
      queryFn: async () => (await answerOf(api.GET('/api/v1/operations/suppliers/{supplier_id}/performance', { params: { path: { supplier_id: id }, query: {} } }))).data,
      staleTime: 60_000,
    })),
  })
  const of = (id: number) => figures[ids.indexOf(id)]?.data
  const share = (value: number | null | undefined) => (value === null || value === undefined ? '–' : f.percent(value * 100))
  const rates = (all: Supplier[]) =>
    all.flatMap((it) => {
      const rate = of(it.id)?.on_time_rate
      return rate === null || rate === undefined ? [] : [{ key: it.id, name: it.name, value: rate * 100, against: 100 }]
    })
  const columns: Column<Supplier>[] = [
    { key: 'name', label: t('purchase.supplier'), render: (row) => <To to={`/suppliers/${row.id}`}>{row.name}</To> },
    { key: 'orders', label: t('nav.purchase_orders'), number: true, render: (row) => f.number(of(row.id)?.orders) },
    { key: 'units', label: t('report.units_received'), number: true, render: (row) => f.number(of(row.id)?.units_received) },
    { key: 'lead', label: t('report.lead_time'), number: true, render: (row) => f.number(of(row.id)?.lead_time_days, 1) },
    { key: 'promised', label: t('report.promised'), number: true, render: (row) => f.number(of(row.id)?.promised_lead_time_days) },
    { key: 'on_time', label: t('report.on_time'), number: true, render: (row) => share(of(row.id)?.on_time_rate) },
    { key: 'defects', label: t('report.defects'), number: true, render: (row) => share(of(row.id)?.defect_rate) },
  ]
  return (
    <ReportList
      report="suppliers"
      pdf="/api/v1/operations/suppliers/performance/pdf"
      answer={{ ...answer, data: data && { data } }}
      columns={columns}
      rowKey={(row) => row.id}
      linkOf={(row) => `/suppliers/${row.id}`}
      minWidth={820}
      empty={<Empty icon={IconUsersGroup} title={t('suppliers.none')} text={t('suppliers.none_text')} />}
    >
      <Bars
        title={t('report.on_time_drawn')}
        format={(value) => f.percent(value)}
        bars={data && !figures.some((it) => it.isPending) ? rates(data) : undefined}
      />
    </ReportList>
  )
}
