/** A new purchase order. */
import { Select, SimpleGrid, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { answerOf, api, type Schemas } from '~/api/client'
import { NewDocument } from '~/documents/new'
import { useSpeech } from '~/i18n'
import { WarehousePicker } from '~/ui/pickers'
import { suppliersQuery } from './suppliers'

type Body = Schemas['NewPurchaseOrder']

export function NewPurchaseOrder() {
  const { t } = useSpeech()
  const { data: suppliers = [] } = useQuery(suppliersQuery)
  const [supplierId, setSupplierId] = useState<string | null>(null)
  const [warehouseId, setWarehouseId] = useState<number | null>(1)
  const [expected, setExpected] = useState('')
  const [reference, setReference] = useState('')
  const supplier = suppliers.find((it) => String(it.id) === supplierId)
  return (
    <NewDocument<Body>
      path="/purchase-orders"
      title={t('purchase.new')}
      list={t('nav.purchase_orders')}
      fields={['supplier_id', 'warehouse_id', 'expected_date', 'reference']}
      prices
      currency={supplier?.currency}
      touches={['purchase-orders']}
      head={(errors) => (
        <>
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <Select
              label={t('purchase.supplier')}
              data={suppliers.map((it) => ({ value: String(it.id), label: it.name, disabled: !it.may_receive_orders }))}
              value={supplierId}
              onChange={setSupplierId}
              searchable
              error={errors.supplier_id?.join(' ')}
            />
            <WarehousePicker label={t('purchase.deliver_to')} value={warehouseId} onPick={setWarehouseId} error={errors.warehouse_id?.join(' ')} allowDeselect={false} />
          </SimpleGrid>
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <TextInput type="date" label={t('documents.expected')} value={expected} onChange={(event) => setExpected(event.currentTarget.value)} error={errors.expected_date?.join(' ')} />
            <TextInput label={t('action.reference')} value={reference} onChange={(event) => setReference(event.currentTarget.value)} error={errors.reference?.join(' ')} />
          </SimpleGrid>
        </>
      )}
      body={(lines) =>
        supplierId === null || warehouseId === null
          ? null
          : {
              supplier_id: Number(supplierId),
              warehouse_id: warehouseId,
              expected_date: expected || undefined,
              reference: reference.trim() || undefined,
              lines: lines.map((it) => ({ product_id: it.product?.id ?? 0, quantity: Number(it.quantity), price: it.price === '' ? undefined : it.price })),
            }
      }
      send={(body, key) => answerOf(api.POST('/api/v1/operations/purchase-orders', { body, headers: { 'Idempotency-Key': key } }))}
    />
  )
}
