/** A new transfer between two warehouses. */
import { SimpleGrid, Switch, TextInput } from '@mantine/core'
import { useState } from 'react'
import { answerOf, api, type Schemas } from '~/api/client'
import { NewDocument } from '~/documents/new'
import { useSpeech } from '~/i18n'
import { WarehousePicker } from '~/ui/pickers'

type Body = Schemas['NewTransfer']

export function NewTransfer() {
  const { t } = useSpeech()
  const [from, setFrom] = useState<number | null>(1)
  const [to, setTo] = useState<number | null>(null)
  const [reference, setReference] = useState('')
  const [expected, setExpected] = useState('')
  const [ship, setShip] = useState(true)
  return (
    <NewDocument<Body>
      path="/transfers"
      title={t('transfer.new')}
      list={t('nav.transfers')}
      fields={['from_warehouse_id', 'to_warehouse_id', 'reference', 'expected_date']}
      touches={['transfers', 'product', 'movements']}
      head={(errors) => (
        <>
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <WarehousePicker label={t('action.from')} value={from} onPick={setFrom} error={errors.from_warehouse_id?.join(' ')} />
            <WarehousePicker label={t('action.to')} value={to} onPick={setTo} error={errors.to_warehouse_id?.join(' ')} />
          </SimpleGrid>
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <TextInput type="date" label={t('documents.expected')} value={expected} onChange={(event) => setExpected(event.currentTarget.value)} error={errors.expected_date?.join(' ')} />
            <TextInput label={t('action.reference')} value={reference} onChange={(event) => setReference(event.currentTarget.value)} error={errors.reference?.join(' ')} />
          </SimpleGrid>
          <Switch label={t('transfer.ship_now')} checked={ship} onChange={(event) => setShip(event.currentTarget.checked)} />
        </>
      )}
      body={(lines) =>
        from === null || to === null
          ? null
          : {
              from_warehouse_id: from,
              to_warehouse_id: to,
              reference: reference.trim() || undefined,
              expected_date: expected || undefined,
              ship,
              lines: lines.map((it) => ({ product_id: it.product?.id ?? 0, quantity: Number(it.quantity) })),
            }
      }
      send={(body, key) => answerOf(api.POST('/api/v1/operations/transfers', { body, headers: { 'Idempotency-Key': key } }))}
    />
  )
}
