/** One purchase order: its life, its lines, what has come of them. */
import { Grid, Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { answerOf, api, type Schemas } from '~/api/client'
import { Due } from '~/documents/due'
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
import { To } from '~/ui/link'
import { Back, Card, Facts, Page } from '~/ui/page'
import { Pdf } from '~/ui/pdf'
import { useWarehouseName } from '~/ui/pickers'
import { useSupplierName } from './suppliers'

type Order = Schemas['PurchaseOrderWhole']
const WAY = ['draft', 'pending', 'approved', 'sent', 'partially_received', 'completed']
const STEPS: StepOption[] = [
  { event: 'receive', needs: 'purchasing.receive', asks: 'form' },
  { event: 'submit', needs: 'purchasing.write' },
  { event: 'approve', needs: 'purchasing.approve' },
  { event: 'send', needs: 'purchasing.write' },
  { event: 'close', needs: 'purchasing.write', asks: 'reason' },
  { event: 'cancel', needs: 'purchasing.write', asks: 'reason', color: 'red' },
]
const TOUCHES = ['purchase-orders']

function take(id: number, event: string, reason: string | undefined, key: string): Promise<{ message: string }> {
  const rest = { params: { path: { purchase_order_id: id } }, headers: { 'Idempotency-Key': key } }
  switch (event) {
    case 'submit':
      return answerOf(api.POST('/api/v1/operations/purchase-orders/{purchase_order_id}/submit', { ...rest, body: { reason } }))
    case 'approve':
      return answerOf(api.POST('/api/v1/operations/purchase-orders/{purchase_order_id}/approve', { ...rest, body: { reason } }))
    case 'send':
      return answerOf(api.POST('/api/v1/operations/purchase-orders/{purchase_order_id}/send', { ...rest, body: { reason } }))
    case 'close':
      return answerOf(api.POST('/api/v1/operations/purchase-orders/{purchase_order_id}/close', { ...rest, body: { reason: reason ?? '' } }))
    default:
      return answerOf(api.POST('/api/v1/operations/purchase-orders/{purchase_order_id}/cancel', { ...rest, body: { reason: reason ?? '' } }))
  }
}

export function PurchaseOrder() {
  const { t } = useSpeech()
  const { orderId } = useParams({ strict: false })
  const id = Number(orderId)
  const answer = useQuery({
    queryKey: ['purchase-orders', 'one', id],
    queryFn: async ({ signal }) => (await answerOf(api.GET('/api/v1/operations/purchase-orders/{purchase_order_id}', { params: { path: { purchase_order_id: id } }, signal }))).data,
  })
  return (
    <One answer={answer} title={t('purchase.number', { id })} list={{ to: '/purchase-orders', label: t('nav.purchase_orders') }}>
      {(data) => <Shown order={data} />}
    </One>
  )
}

function Shown({ order }: { order: Order }) {
  const { t, f } = useSpeech()
  const warehouse = useWarehouseName()
  const supplier = useSupplierName()
  const [receiving, setReceiving] = useState(false)
  const nameOf = useProductNames(order.lines.map((it) => it.product_id))
  return (
    <Page
      title={t('purchase.number', { id: order.id })}
      above={<Back to="/purchase-orders">{t('nav.purchase_orders')}</Back>}
      lead={
        <Group gap="sm" mt={2}>
          <DocumentState state={order.state} />
          <span>{supplier(order.supplier_id)}</span>
        </Group>
      }
      actions={
        <>
          <Pdf href={`/api/v1/operations/purchase-orders/${order.id}/pdf`} />
          <Steps options={STEPS} possible={order.possible} take={(event, reason, key) => take(order.id, event, reason, key)} touches={TOUCHES} onForm={() => setReceiving(true)} />
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
                  name={t('purchase.number', { id: order.id })}
                  possible={order.possible}
                  needs="purchasing.write"
                  lines={order.lines.map((it) => ({ product_id: it.product_id, quantity: it.quantity, price: it.price }))}
                  currency={order.currency}
                  version={order.history.at(-1)?.version ?? 1}
                  touches={['purchase-orders']}
                  send={(lines, headers) => answerOf(api.PATCH('/api/v1/operations/purchase-orders/{purchase_order_id}', { params: { path: { purchase_order_id: order.id } }, body: { lines: lines.map(({ product_id, quantity, price }) => ({ product_id, quantity, price })) }, headers }))}
                />
              }
            >
              <LinesTable
                headings={[t('documents.ordered'), t('documents.received'), t('documents.rejected'), t('product.price'), t('documents.total')]}
                lines={order.lines.map((it) => ({
                  line: it.line,
                  product_id: it.product_id,
                  more: it.on_order > 0 && it.expected_date && (
                    <Text span fz="xs" c="dimmed">
                      {t('documents.expected')} <Due day={it.expected_date} isOpen />
                    </Text>
                  ),
                  numbers: [
                    f.number(it.quantity),
                    <Share key="received" of={it.received} all={it.quantity} />,
                    f.number(it.rejected),
                    f.money(it.price, order.currency),
                    f.money(it.total, order.currency),
                  ],
                }))}
                total={f.money(order.total, order.currency)}
              />
            </Card>
            {order.receipts.map((receipt) => (
              <Card
                key={receipt.receipt}
                title={t('purchase.receipt', { number: receipt.receipt })}
                side={<Pdf size="compact-sm" variant="subtle" href={`/api/v1/operations/purchase-orders/${order.id}/receipts/${receipt.receipt}/pdf`} of={t('purchase.receipt', { number: receipt.receipt })} />}
              >
                <Text fz="sm" c="dimmed" mb="xs">
                  {t('purchase.came', { reference: receipt.delivery_reference, time: f.time(receipt.received_at), by: receipt.received_by.replace(/^(user|key):/, '') })}
                  {receipt.reversed_at && ` · ${t('purchase.reversed')}`}
                </Text>
                <Stack gap={4}>
                  {receipt.lines.map((line) => {
                    const product = order.lines.find((it) => it.line === line.line)
                    return (
                      <Group key={line.line} justify="space-between" align="flex-start" wrap="nowrap" fz="sm">
                        <span>{product ? nameOf(product.product_id).name : line.line}</span>
                        <span className="figures" style={{ textAlign: 'end' }}>
                          {f.signed(line.received)}
                          {line.rejected > 0 && ` · ${t('purchase.rejected', { count: line.rejected })}${line.reason ? `: ${line.reason}` : ''}`}
                        </span>
                      </Group>
                    )
                  })}
                </Stack>
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
                  of={t('purchase.number', { id: order.id })}
                  possible={order.possible}
                  needs="purchasing.write"
                  version={order.history.at(-1)?.version ?? 1}
                  touches={['purchase-orders']}
                  fields={[
                    { name: 'expected_date', label: t('documents.expected'), value: order.expected_date, kind: 'date' },
                    { name: 'reference', label: t('action.reference'), value: order.reference },
                    { name: 'notes', label: t('supplier.notes'), value: order.notes, kind: 'long' },
                  ]}
                  send={(changes, headers) => answerOf(api.PATCH('/api/v1/operations/purchase-orders/{purchase_order_id}', { params: { path: { purchase_order_id: order.id } }, body: changes, headers }))}
                />
              }
            >
              <Facts
                rows={[
                  [t('purchase.supplier'), <To key="s" to={`/suppliers/${order.supplier_id}`}>{supplier(order.supplier_id)}</To>],
                  [t('action.warehouse'), warehouse(order.warehouse_id)],
                  [t('documents.expected'), f.date(order.expected_date)],
                  [t('purchase.sent'), f.time(order.sent_at)],
                  [t('action.reference'), order.reference ?? '–'],
                  [t('purchase.tolerance'), f.percent(order.over_receipt_percent)],
                  [t('documents.by'), order.created_by.replace(/^(user|key):/, '')],
                ]}
              />
              {order.notes && <Text fz="sm" mt="md">{order.notes}</Text>}
            </Card>
            <DocumentHistory steps={order.history} />
          </Stack>
        </Grid.Col>
      </Grid>
      {receiving && (
        <QuantitiesForm
          title={t('step.receive')}
          lead={t('purchase.receive_means')}
          lines={order.lines.filter((it) => it.on_order > 0).map((it) => ({ line: it.line, product_id: it.product_id, rest: it.on_order }))}
          restLabel={t('level.on_order')}
          fields={[
            { key: 'received', label: t('documents.received'), filled: true },
            { key: 'rejected', label: t('documents.rejected') },
          ]}
          texts={[{ key: 'delivery_reference', label: t('purchase.delivery_reference'), required: true }]}
          reasons
          touches={TOUCHES}
          send={(entered, texts, key) =>
            answerOf(
              api.POST('/api/v1/operations/purchase-orders/{purchase_order_id}/receive', {
                params: { path: { purchase_order_id: order.id } },
                headers: { 'Idempotency-Key': key },
                body: {
                  delivery_reference: texts.delivery_reference ?? '',
                  lines: entered.map((it) => ({ line: it.line, received: it.quantities.received, rejected: it.quantities.rejected, reason: it.reason || undefined })),
                },
              }),
            )
          }
          close={() => setReceiving(false)}
        />
      )}
    </Page>
  )
}
