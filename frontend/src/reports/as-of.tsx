/** Stock as it was at the end of a day: one product drawn, all of them as a file. */
import { Box, Skeleton, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { answerOf, api, type Schemas } from '~/api/client'
import { useProductNames } from '~/documents/names'
import { useSpeech } from '~/i18n'
import { inventoryQuery, productsQuery } from '~/products/queries'
import { Card, Empty } from '~/ui/page'
import { ProductPicker } from '~/ui/pickers'
import { PLOT_COLORS, Plot } from '~/ui/plot'
import { addressed } from '~/ui/search'
import { DataTable, type Column } from '~/ui/table'
import { ReportFrame, useReportSearch } from './frame'

const DAY_S = 86_400
const HEIGHT = 240

export function AsOf() {
  const { t, f } = useSpeech()
  const [search, change] = useReportSearch()
  const today = new Date().toISOString().slice(0, 10)
  const day = search.at ?? today
  const first = useQuery({ ...productsQuery({ per_page: 1, sort: 'name' }), enabled: search.product === undefined })
  const productId = search.product ?? first.data?.data[0]?.id
  const names = useProductNames(productId === undefined ? [] : [productId])
  const asOf = day === today ? undefined : `${day}T23:59:59Z`
  const { data, error, refetch, isFetching } = useQuery({ ...inventoryQuery(productId ?? 0, asOf), enabled: productId !== undefined })
  const columns: Column<Schemas['LevelData']>[] = [
    { key: 'warehouse', label: t('action.warehouse'), render: (row) => row.warehouse_name },
    { key: 'on_hand', label: t('level.on_hand'), number: true, render: (row) => f.number(row.quantity_on_hand) },
    { key: 'reserved', label: t('level.reserved'), number: true, render: (row) => f.number(row.quantity_reserved) },
    { key: 'available', label: t('level.available'), number: true, render: (row) => f.number(row.quantity_available) },
  ]
  const times = useMemo(() => Array.from({ length: 13 }, (_, at) => Math.floor(new Date(`${day}T12:00:00Z`).getTime() / 1_000) - (12 - at) * 7 * DAY_S), [day])
  const past = useQuery({
    queryKey: ['product', productId, 'weeks', day],
    enabled: productId !== undefined,
    staleTime: 60_000,
    queryFn: async ({ signal }) =>
      Promise.all(
        times.map(async (at) => {
          const as_of = new Date(Math.min(at * 1_000, Date.now() - 1_000)).toISOString()
          return (await answerOf(api.GET('/api/v1/operations/inventory/{product_id}', { params: { path: { product_id: productId ?? 0 }, query: { as_of } }, signal }))).data.quantity_on_hand
        }),
      ),
  })
  const lines = useMemo(() => (past.data ? [{ label: t('level.on_hand'), values: past.data, color: PLOT_COLORS.main, filled: true }] : []), [past.data, t])
  return (
    <ReportFrame
      report="as-of"
      pdf={addressed('/api/v1/operations/inventory/levels/pdf', { as_of: day === today ? undefined : day })}
      csv={`/api/v1/operations/exports/levels.csv${asOf ? `?as_of=${encodeURIComponent(asOf)}` : ''}`}
      filters={
        <>
          <TextInput type="date" label={t('report.day')} value={day} max={today} onChange={(event) => change({ at: event.currentTarget.value || undefined })} w={{ base: '100%', xs: 180 }} />
          <Box flex="1 1 260px" maw={{ base: '100%', xs: 420 }}>
            <ProductPicker
              label={t('product.name')}
              value={productId === undefined ? null : { id: productId, ...names(productId) }}
              onPick={(product) => product && change({ product: product.id })}
            />
          </Box>
        </>
      }
    >
      <DataTable
        label={t('report.as-of')}
        columns={columns}
        rows={first.data?.data.length === 0 ? [] : data?.warehouses}
        rowKey={(row) => row.warehouse_id}
        error={first.error ?? error}
        retry={() => void (first.error ? first.refetch() : refetch())}
        isFetching={isFetching}
        minWidth={480}
        empty={<Empty title={t('report.no_level')} />}
      />
      {productId !== undefined && (
        <Card title={t('report.weeks')}>
          {past.data ? <Plot label={t('report.weeks')} times={times} lines={lines} height={HEIGHT} byDay /> : <Skeleton height={HEIGHT + 30} />}
        </Card>
      )}
    </ReportFrame>
  )
}
