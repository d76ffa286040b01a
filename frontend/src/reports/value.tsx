/** What the stock is worth at cost prices: all of it, and the products that most of it lies in. */
import { SimpleGrid, Text } from '@mantine/core'
import { IconCoins } from '@tabler/icons-react'
import { answerOf, api, type Schemas } from '~/api/client'
import { useSpeech } from '~/i18n'
import { Card, Empty, ProductCell } from '~/ui/page'
import type { Column } from '~/ui/table'
import { Bars, DRAWN } from './bars'
import { useReportFile, InWarehouse } from './filters'
import { addressed } from '~/ui/search'
import { ReportList, useReport, useReportSearch } from './frame'

type Line = Schemas['StockValueLineData']

export function Value() {
  const { t, f } = useSpeech()
  const [search, change] = useReportSearch()
  const csv = useReportFile('stock-value')
  const sort = search.sort ?? '-value'
  const query = { page: search.page, per_page: search.per_page, warehouse_id: search.warehouse, sort }
  const answer = useReport(['reports', 'value', query], (signal) => answerOf(api.GET('/api/v1/operations/reports/stock-value', { params: { query }, signal })))
  const { data } = answer
  const totals = data?.meta.totals ?? []
  const first = totals.reduce<Schemas['StockValueTotal'] | undefined>((most, it) => (most && most.value >= it.value ? most : it), undefined)
  const drawn = data?.data.filter((it) => it.value !== null && it.currency === first?.currency).slice(0, DRAWN)
  const columns: Column<Line>[] = [
    { key: 'name', label: t('product.name'), sort: 'name', render: (row) => <ProductCell id={row.product_id} name={row.name} sku={row.sku} /> },
    { key: 'on_hand', label: t('level.on_hand'), number: true, sort: 'quantity_on_hand', render: (row) => f.number(row.quantity_on_hand) },
    { key: 'cost', label: t('product.cost'), number: true, sort: 'cost_price', render: (row) => f.money(row.cost_price, row.currency) },
    { key: 'value', label: t('report.worth'), number: true, sort: 'value', render: (row) => f.money(row.value, row.currency) },
  ]
  return (
    <ReportList
      report="value"
      pdf={addressed('/api/v1/operations/reports/stock-value/pdf', { warehouse_id: search.warehouse, sort: search.sort })}
      csv={csv}
      filters={<InWarehouse />}
      answer={answer}
      columns={columns}
      rowKey={(row) => row.product_id}
      linkOf={(row) => `/products/${row.product_id}`}
      sort={sort}
      onSort={(wanted) => change({ sort: wanted })}
      empty={<Empty icon={IconCoins} title={t('report.no_stock')} text={t('report.no_stock_text')} />}
    >
      {totals.length > 0 && (
        <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} spacing="sm">
          {totals.map((total) => (
            <Card key={total.currency}>
              <Text fz={22} fw={650} className="figures">
                {f.money(total.value, total.currency)}
              </Text>
              <Text fz="sm" c="dimmed">
                {t('report.worth_of', { count: total.products, units: f.number(total.quantity_on_hand) })}
              </Text>
              {total.unpriced_products > 0 && (
                <Text fz="sm" c="dimmed">
                  {t('report.unpriced', { count: total.unpriced_products })}
                </Text>
              )}
            </Card>
          ))}
        </SimpleGrid>
      )}
      {sort === '-value' && (search.page ?? 1) === 1 && (
        <Bars
          title={t('report.worth_drawn')}
          format={(value) => f.money(value, first?.currency ?? '')}
          bars={drawn?.map((it) => ({ key: it.product_id, name: it.name, value: it.value ?? 0 }))}
        />
      )}
    </ReportList>
  )
}
