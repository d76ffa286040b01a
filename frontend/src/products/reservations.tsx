/** What is held of a product, and for whom. */
import { Button, Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { To } from '~/ui/link'
import { answerOf, api } from '~/api/client'
import { useSpeech } from '~/i18n'
import { Card, Failure, Loading } from '~/ui/page'
import { useWarehouseName } from '~/ui/pickers'

export function Reservations({ productId }: { productId: number }) {
  const { t, f } = useSpeech()
  const warehouse = useWarehouseName()
  const { data, error, refetch } = useQuery({
    queryKey: ['reservations', productId],
    queryFn: ({ signal }) =>
      answerOf(api.GET('/api/v1/operations/inventory/{product_id}/reservations', { params: { path: { product_id: productId }, query: { per_page: 20 } }, signal })),
  })
  return (
    <Card title={t('product.reservations')} side={data && <Text fz="sm" c="dimmed">{f.number(data.meta.total)}</Text>}>
      {error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : !data ? (
        <Loading lines={3} />
      ) : data.data.length === 0 ? (
        <Text fz="sm" c="dimmed">
          {t('product.no_reservations')}
        </Text>
      ) : (
        <Stack gap={10}>
          {data.data.map((held) => (
            <Group key={held.id} justify="space-between" wrap="nowrap" gap="sm" fz="sm">
              <div style={{ minWidth: 0 }}>
                {held.sales_order_id ? (
                  <To to={`/sales-orders/${held.sales_order_id}`}>
                    {t('sales.number', { id: held.sales_order_id })}
                  </To>
                ) : (
                  <Text inherit fw={550}>
                    {t('product.order', { id: held.order_id ?? '–' })}
                  </Text>
                )}
                <Text fz="xs" c="dimmed" truncate>
                  {warehouse(held.warehouse_id)} · {held.expires_at ? t('product.until', { time: f.time(held.expires_at) }) : f.ago(held.created_at)}
                </Text>
              </div>
              <Text inherit className="figures" ta="right">
                {f.number(held.allocated)}
                {held.backordered > 0 && (
                  <Text span fz="xs" c="dimmed">
                    {' '}
                    {t('product.and_backordered', { count: held.backordered })}
                  </Text>
                )}
              </Text>
            </Group>
          ))}
          {data.meta.total > data.data.length && (
            <Button variant="subtle" size="compact-sm" component={Link} to={`/reports?report=movements&product=${productId}`}>
              {t('product.more_reservations', { count: data.meta.total - data.data.length })}
            </Button>
          )}
        </Stack>
      )}
    </Card>
  )
}
