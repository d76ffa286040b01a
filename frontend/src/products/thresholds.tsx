/** When to order at one warehouse: a product's own reorder point and quantity there, or the product's. */
import { Button, Group, NumberInput, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { answerOf, api, type Schemas } from '~/api/client'
import { useCommand } from '~/api/command'
import { ApiProblem, placed } from '~/api/problems'
import { tell } from '~/documents/steps'
import { useSpeech } from '~/i18n'
import { Conflict, ModalForm } from '~/ui/form'
import { Failure, Loading } from '~/ui/page'
import { WarehousePicker } from '~/ui/pickers'
import type { Product } from './queries'

type Settings = Schemas['WarehouseProductData']

interface ThresholdsProps {
  product: Product
  warehouseId: number
  close(): void
}

export function Thresholds({ product, warehouseId, close }: ThresholdsProps) {
  const { t } = useSpeech()
  const queries = useQueryClient()
  const [where, setWhere] = useState(warehouseId)
  // Not under the product's name: what others do must not change what is being written here.
  const key = ['thresholds', product.id, where]
  const { data, error, refetch } = useQuery({
    queryKey: key,
    refetchOnWindowFocus: false,
    gcTime: 0,
    queryFn: async () => {
      const asked = await api.GET('/api/v1/operations/warehouses/{warehouse_id}/products/{product_id}', { params: { path: { warehouse_id: where, product_id: product.id } } })
      return { settings: (await answerOf(Promise.resolve(asked))).data, etag: asked.response.headers.get('etag') }
    },
  })
  const picker = <WarehousePicker label={t('action.warehouse')} value={where} onPick={(id) => id !== null && setWhere(id)} allowDeselect={false} />
  if (!data)
    return (
      <ModalForm title={t('thresholds.title')} close={close} send={() => undefined} pending={false} disabled>
        {picker}
        {error ? <Failure error={error} retry={() => void refetch()} /> : <Loading lines={3} />}
      </ModalForm>
    )
  return <Form key={`${where} ${data.etag}`} product={product} settings={data.settings} etag={data.etag} picker={picker} reload={() => void queries.resetQueries({ queryKey: key })} close={close} />
}

interface FormProps {
  product: Product
  settings: Settings
  etag: string | null
  picker: React.ReactNode
  reload(): void
  close(): void
}

function Form({ product, settings, etag, picker, reload, close }: FormProps) {
  const { t, f } = useSpeech()
  const own = (name: 'reorder_point' | 'reorder_quantity') => (settings[`${name}_from`] === 'warehouse' ? (settings[name] ?? '') : '')
  const [point, setPoint] = useState<number | ''>(own('reorder_point'))
  const [quantity, setQuantity] = useState<number | ''>(own('reorder_quantity'))
  const isOwn = settings.reorder_point_from === 'warehouse' || settings.reorder_quantity_from === 'warehouse'
  const path = { params: { path: { warehouse_id: settings.warehouse_id, product_id: product.id } } }
  const save = useCommand<Schemas['StockSettingsBody'] | null, { message: string }>({
    send: (body, idempotencyKey) => {
      const headers = { 'Idempotency-Key': idempotencyKey, ...(etag ? { 'If-Match': etag } : {}) }
      const one = '/api/v1/operations/warehouses/{warehouse_id}/products/{product_id}' as const
      return body ? answerOf(api.PUT(one, { ...path, body, headers })) : answerOf(api.DELETE(one, { ...path, headers }))
    },
    touches: ['product', 'products', 'home', 'reports'],
    onDone(answer) {
      tell(t('action.done'), answer.message)
      close()
    },
  })
  const { at, rest } = placed(save.error, ['reorder_point', 'reorder_quantity'])
  const isStale = save.error instanceof ApiProblem && save.error.status === 412
  const nothing = point === '' && quantity === ''
  const ofProduct = (value: number | null) => (value === null ? t('thresholds.product_has_none') : t('thresholds.of_product', { value: f.number(value) }))
  return (
    <ModalForm
      title={t('thresholds.title')}
      close={close}
      send={() => save.mutate(nothing ? null : { reorder_point: point === '' ? null : point, reorder_quantity: quantity === '' ? null : quantity })}
      pending={save.isPending}
      disabled={nothing && !isOwn}
      said={isStale ? [] : rest}
    >
      <Conflict error={save.error} reload={reload} />
      <Text fz="sm" c="dimmed">
        {t('thresholds.means')}
      </Text>
      {picker}
      <NumberInput
        label={t('product.reorder_point')}
        description={ofProduct(product.reorder_point)}
        value={point}
        onChange={(value) => setPoint(typeof value === 'number' ? value : '')}
        allowDecimal={false}
        allowNegative={false}
        error={at.reorder_point}
      />
      <NumberInput
        label={t('product.reorder_quantity')}
        description={ofProduct(product.reorder_quantity)}
        value={quantity}
        onChange={(value) => setQuantity(typeof value === 'number' ? value : '')}
        allowDecimal={false}
        allowNegative={false}
        error={at.reorder_quantity}
      />
      {isOwn && (
        <Group>
          <Button
            size="compact-sm"
            variant="subtle"
            onClick={() => {
              setPoint('')
              setQuantity('')
            }}
          >
            {t('thresholds.clear')}
          </Button>
        </Group>
      )}
    </ModalForm>
  )
}
