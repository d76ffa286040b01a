/** A new sales order. */
import { SimpleGrid, Switch, TextInput } from '@mantine/core'
import { useState } from 'react'
import { answerOf, api, type Schemas } from '~/api/client'
import { NewDocument } from '~/documents/new'
import { useSpeech } from '~/i18n'
import { WarehousePicker } from '~/ui/pickers'

type Body = Schemas['NewSalesOrder']

export function NewSalesOrder() {
  const { t } = useSpeech()
  const [customer, setCustomer] = useState('')
  const [reference, setReference] = useState('')
  const [requested, setRequested] = useState('')
  const [warehouseId, setWarehouseId] = useState<number | null>(null)
  const [confirm, setConfirm] = useState(true)
  const [backorders, setBackorders] = useState(false)
  return (
    <NewDocument<Body>
      path="/sales-orders"
      title={t('sales.new')}
      list={t('nav.sales_orders')}
      fields={['customer', 'reference', 'requested_date', 'warehouse_id']}
      touches={['sales-orders', 'product', 'movements', 'reservations']}
      head={(errors) => (
        <>
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <TextInput label={t('sales.customer')} value={customer} onChange={(event) => setCustomer(event.currentTarget.value)} error={errors.customer?.join(' ')} />
            <TextInput label={t('action.reference')} value={reference} onChange={(event) => setReference(event.currentTarget.value)} error={errors.reference?.join(' ')} />
          </SimpleGrid>
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <WarehousePicker label={t('action.warehouse')} placeholder={t('sales.any_warehouse')} value={warehouseId} onPick={setWarehouseId} error={errors.warehouse_id?.join(' ')} clearable />
            <TextInput type="date" label={t('sales.requested')} value={requested} onChange={(event) => setRequested(event.currentTarget.value)} error={errors.requested_date?.join(' ')} />
          </SimpleGrid>
          <Switch label={t('sales.confirm_now')} checked={confirm} onChange={(event) => setConfirm(event.currentTarget.checked)} />
          <Switch label={t('sales.may_wait')} checked={backorders} onChange={(event) => setBackorders(event.currentTarget.checked)} />
        </>
      )}
      body={(lines) => ({
        customer: customer.trim() || undefined,
        reference: reference.trim() || undefined,
        requested_date: requested || undefined,
        warehouse_id: warehouseId ?? undefined,
        confirm,
        lines: lines.map((it) => ({ product_id: it.product?.id ?? 0, quantity: Number(it.quantity), allow_backorder: backorders })),
      })}
      send={(body, key) => answerOf(api.POST('/api/v1/sales/orders', { body, headers: { 'Idempotency-Key': key } }))}
    />
  )
}
