/** One sales order: what is held for it, what has left, what came back. */
import { Grid, Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { answerOf, api, type Schemas } from '~/api/client'
import { EditHead } from '~/documents/edit-head'
import { EditLines } from '~/documents/edit-lines'
import { DocumentHistory } from '~/documents/history'
import { LifeCycle } from '~/documents/life-cycle'
import { LinesTable, Share } from '~/documents/lines-table'
import { useProductNames } from '~/documents/names'
import { One } from '~/documents/one'
import { QuantitiesForm } from '~/documents/quantities'
import { Steps, type StepOption } from '~/documents/steps'
import { useSpeech } from '~/i18n'
import { DocumentState } from '~/ui/badges'
import { Back, Card, Facts, Page } from '~/ui/page'
import { Pdf } from '~/ui/pdf'
import { useWarehouseName } from '~/ui/pickers'

type Whole = Schemas['SalesOrderWhole']
const WAY = ['draft', 'confirmed', 'partially_shipped', 'shipped']
const STEPS: StepOption[] = [
  { event: 'ship', needs: 'sales.ship', asks: 'form' },
  { event: 'confirm', needs: 'sales.write' },
  { event: 'return', needs: 'sales.ship', asks: 'form' },
  { event: 'close', needs: 'sales.write' },
  { event: 'cancel', needs: 'sales.write', asks: 'reason', color: 'red' },
]
const TOUCHES = ['sales-orders', 'reservations']

function take(id: number, event: string, reason: string | undefined, key: string): Promise<{ message: string }> {
  const rest = { params: { path: { sales_order_id: id } }, headers: { 'Idempotency-Key': key } }
  if (event === 'confirm') return answerOf(api.POST('/api/v1/sales/orders/{sales_order_id}/confirm', { ...rest, body: {} }))
  if (event === 'close') return answerOf(api.POST('/api/v1/sales/orders/{sales_order_id}/close', { ...rest, body: {} }))
  return answerOf(api.POST('/api/v1/sales/orders/{sales_order_id}/cancel', { ...rest, body: { reason: reason ?? '' } }))
}

export function SalesOrder() {
  const { t } = useSpeech()
  const { orderId } = useParams({ strict: false })
  const id = Number(orderId)
  const answer = useQuery({
    queryKey: ['sales-orders', 'one', id],
    queryFn: async ({ signal }) => (await answerOf(api.GET('/api/v1/sales/orders/{sales_order_id}', { params: { path: { sales_order_id: id } }, signal }))).data,
  })
  return (
    <One answer={answer} title={t('sales.number', { id })} list={{ to: '/sales-orders', label: t('nav.sales_orders') }}>
      {(data) => <Shown order={data} />}
    </One>
  )
}

function Shown({ order }: { order: Whole }) {
  const { t, f } = useSpeech()
  const warehouse = useWarehouseName()
  const [asked, setAsked] = useState<string | null>(null)
  const nameOf = useProductNames(order.lines.map((it) => it.product_id))
  const path = { params: { path: { sales_order_id: order.id } } }
  return (
    <Page
      title={t('sales.number', { id: order.id })}
      above={<Back to="/sales-orders">{t('nav.sales_orders')}</Back>}
      lead={
        <Group gap="sm" mt={2}>
          <DocumentState state={order.state} />
          <span>{order.customer}</span>
        </Group>
      }
      actions={
        <>
          <Pdf href={`/api/v1/sales/orders/${order.id}/pdf`} />
          {order.lines.some((it) => it.allocated > 0) && <Pdf href={`/api/v1/sales/orders/${order.id}/pick-list/pdf`} label={t('sales.pick_list')} />}
          <Steps options={STEPS} possible={order.possible} take={(event, reason, key) => take(order.id, event, reason, key)} touches={TOUCHES} onForm={setAsked} />
        </>
      }
    >
      <LifeCycle main={WAY} state={order.state} history={order.history} />
      <Grid gap="lg" align="flex-start">
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <Stack gap="lg">
            <Card
              title={t('documents.lines')}
              pad={false}
              side={
                <EditLines
                  name={t('sales.number', { id: order.id })}
                  possible={order.possible}
                  needs="sales.write"
                  lines={order.lines.map((it) => ({ line: it.line, product_id: it.product_id, quantity: it.quantity }))}
                  version={order.history.at(-1)?.version ?? 1}
                  touches={['sales-orders']}
                  send={(lines, headers) => answerOf(api.PATCH('/api/v1/sales/orders/{sales_order_id}', { params: { path: { sales_order_id: order.id } }, body: { lines: lines.map((it) => (it.line === undefined ? { product_id: it.product_id, quantity: it.quantity } : { line: it.line, quantity: it.quantity })) }, headers }))}
                />
              }
            >
              <LinesTable
                headings={[t('documents.ordered'), t('sales.allocated'), t('level.backordered'), t('sales.shipped'), t('sales.returned')]}
                lines={order.lines.map((it) => ({
                  line: it.line,
                  product_id: it.product_id,
                  more: (
                    <Text span fz="xs" c="dimmed">
                      {it.allocations.map((held) => warehouse(held.warehouse_id)).join(', ')}
                    </Text>
                  ),
                  numbers: [
                    f.number(it.quantity),
                    f.number(it.allocated),
                    <Text key="backordered" span inherit c={it.backordered > 0 ? 'orange' : undefined}>
                      {f.number(it.backordered)}
                    </Text>,
                    <Share key="shipped" of={it.shipped} all={it.quantity} />,
                    f.number(it.returned),
                  ],
                }))}
              />
            </Card>
            {order.shipments.map((shipment) => (
              <Card
                key={shipment.number}
                title={t('sales.shipment', { number: shipment.number })}
                side={
                  <Pdf
                    size="compact-sm"
                    variant="subtle"
                    href={`/api/v1/sales/orders/${order.id}/shipments/${shipment.number}/pdf`}
                    label={t('sales.packing_slip')}
                    of={t('sales.shipment', { number: shipment.number })}
                  />
                }
              >
                <Text fz="sm" c="dimmed">
                  {f.time(shipment.shipped_at)} · {shipment.by.replace(/^(user|key):/, '')}
                  {shipment.reference && ` · ${shipment.reference}`}
                </Text>
                {shipment.lines.map((line) => (
                  <Group key={`${line.line}-${line.warehouse_id}`} justify="space-between" align="flex-start" wrap="nowrap" fz="sm" mt={6}>
                    <span>
                      {nameOf(order.lines.find((it) => it.line === line.line)?.product_id ?? 0).name} · {warehouse(line.warehouse_id)}
                    </span>
                    <span className="figures">{f.number(line.quantity)}</span>
                  </Group>
                ))}
              </Card>
            ))}
            {order.returns.map((back) => (
              <Card key={back.number} title={t('sales.return', { number: back.number })}>
                <Text fz="sm" c="dimmed">
                  {f.time(back.returned_at)} · {back.by.replace(/^(user|key):/, '')}
                </Text>
                {back.lines.map((line, at) => (
                  <Group key={at} justify="space-between" align="flex-start" wrap="nowrap" fz="sm" mt={6}>
                    <span>
                      {nameOf(order.lines.find((it) => it.line === line.line)?.product_id ?? 0).name} · {line.restocked ? t('sales.restocked') : t('sales.written_off')}
                    </span>
                    <span className="figures">{f.number(line.quantity)}</span>
                  </Group>
                ))}
              </Card>
            ))}
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Stack gap="lg">
            <Card
              title={t('product.facts')}
              side={
                <EditHead
                  of={t('sales.number', { id: order.id })}
                  possible={order.possible}
                  needs="sales.write"
                  version={order.history.at(-1)?.version ?? 1}
                  touches={['sales-orders']}
                  fields={[
                    { name: 'customer', label: t('sales.customer'), value: order.customer },
                    { name: 'requested_date', label: t('sales.requested'), value: order.requested_date, kind: 'date' },
                    { name: 'reference', label: t('action.reference'), value: order.reference },
                    { name: 'notes', label: t('supplier.notes'), value: order.notes, kind: 'long' },
                  ]}
                  send={(changes, headers) => answerOf(api.PATCH('/api/v1/sales/orders/{sales_order_id}', { params: { path: { sales_order_id: order.id } }, body: changes, headers }))}
                />
              }
            >
              <Facts
                rows={[
                  [t('sales.customer'), order.customer ?? '–'],
                  [t('action.warehouse'), order.warehouse_id ? warehouse(order.warehouse_id) : t('sales.any_warehouse')],
                  [t('sales.requested'), f.date(order.requested_date)],
                  [t('action.reference'), order.reference ?? '–'],
                  [t('documents.by'), order.created_by.replace(/^(user|key):/, '')],
                ]}
              />
              {order.notes && <Text fz="sm" mt="md">{order.notes}</Text>}
            </Card>
            <DocumentHistory steps={order.history} />
          </Stack>
        </Grid.Col>
      </Grid>
      {asked === 'ship' && (
        <QuantitiesForm
          title={t('step.ship')}
          lead={t('sales.ship_means')}
          lines={order.lines.filter((it) => it.allocated > 0).map((it) => ({ line: it.line, product_id: it.product_id, rest: it.allocated }))}
          restLabel={t('sales.allocated')}
          fields={[{ key: 'quantity', label: t('sales.to_ship'), filled: true }]}
          texts={[{ key: 'reference', label: t('sales.tracking') }]}
          touches={TOUCHES}
          send={(entered, texts, key) =>
            answerOf(
              api.POST('/api/v1/sales/orders/{sales_order_id}/ship', {
                ...path,
                headers: { 'Idempotency-Key': key },
                body: { lines: entered.map((it) => ({ line: it.line, quantity: it.quantities.quantity })), reference: texts.reference?.trim() || undefined },
              }),
            )
          }
          close={() => setAsked(null)}
        />
      )}
      {asked === 'return' && (
        <QuantitiesForm
          title={t('step.return')}
          lines={order.lines.filter((it) => it.shipped - it.returned > 0).map((it) => ({ line: it.line, product_id: it.product_id, rest: it.shipped - it.returned }))}
          restLabel={t('sales.shipped')}
          fields={[{ key: 'quantity', label: t('sales.came_back') }]}
          texts={[{ key: 'reason', label: t('action.reason'), required: true }]}
          check={{ label: t('sales.restock'), initial: true }}
          touches={TOUCHES}
          send={(entered, texts, key) =>
            answerOf(
              api.POST('/api/v1/sales/orders/{sales_order_id}/return', {
                ...path,
                headers: { 'Idempotency-Key': key },
                body: { reason: texts.reason ?? '', lines: entered.map((it) => ({ line: it.line, quantity: it.quantities.quantity ?? 0, restock: it.checked })) },
              }),
            )
          }
          close={() => setAsked(null)}
        />
      )}
    </Page>
  )
}
