/** Making a product, and changing one. */
import { Button, Group, NumberInput, Stack, Switch, TextInput, Textarea } from '@mantine/core'
import { IconArchive, IconArchiveOff } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { answerOf, api, type Schemas } from '~/api/client'
import { useCommand } from '~/api/command'
import { ApiProblem, placed } from '~/api/problems'
import { tell } from '~/documents/steps'
import { useSpeech } from '~/i18n'
import { Conflict, FormFoot } from '~/ui/form'
import { Back, Card, Failure, Loading, Page, Said } from '~/ui/page'
import { WarehousePicker } from '~/ui/pickers'
import { productQuery, type Product } from './queries'

type Fields = Pick<
  Schemas['NewProduct'],
  'sku' | 'name' | 'description' | 'barcode' | 'unit' | 'selling_price' | 'cost_price' | 'currency' | 'track_inventory' | 'allow_backorder' | 'reorder_point' | 'reorder_quantity' | 'lead_time_days' | 'safety_stock' | 'is_active'
>
const NAMES = [
  'sku', 'name', 'description', 'barcode', 'unit', 'selling_price', 'cost_price', 'currency', 'track_inventory', 'allow_backorder', 'reorder_point', 'reorder_quantity', 'lead_time_days', 'safety_stock', 'is_active', 'stock_quantity', 'warehouse_id',
] as const

const BLANK: Fields = { sku: '', name: '', unit: 'piece', currency: '', track_inventory: true, allow_backorder: false, is_active: true }

export function NewProduct() {
  const { t } = useSpeech()
  const navigate = useNavigate()
  const [stock, setStock] = useState<number | ''>('')
  const [warehouseId, setWarehouseId] = useState<number | null>(1)
  const create = useCommand<Schemas['NewProduct'], { message: string; data: { id: number } }>({
    send: (body, key) => answerOf(api.POST('/api/v1/operations/products', { body, headers: { 'Idempotency-Key': key } })),
    touches: ['products', 'home'],
    onDone(answer) {
      tell(t('action.done'), answer.message)
      void navigate({ to: `/products/${answer.data.id}` })
    },
  })
  return (
    <Page width={1000} title={t('products.new')} above={<Back to="/products">{t('nav.products')}</Back>}>
      <ProductForm
        first={BLANK}
        error={create.error}
        pending={create.isPending}
        back="/products"
        send={({ currency, ...fields }) => create.mutate({ ...fields, ...(currency ? { currency } : {}), ...(stock === '' ? {} : { stock_quantity: stock, warehouse_id: warehouseId ?? undefined }) })}
        more={(at) => (
          <Card title={t('product.opening')}>
            <Group grow align="flex-start" preventGrowOverflow={false}>
              <NumberInput label={t('level.on_hand')} value={stock} onChange={(value) => setStock(typeof value === 'number' ? value : '')} allowDecimal={false} allowNegative={false} error={at.stock_quantity} />
              <WarehousePicker label={t('action.warehouse')} value={warehouseId} onPick={setWarehouseId} error={at.warehouse_id} allowDeselect={false} />
            </Group>
          </Card>
        )}
      />
    </Page>
  )
}

export function EditProduct() {
  const { productId } = useParams({ strict: false })
  const id = Number(productId)
  const { data, error, refetch } = useQuery({ ...productQuery(id), refetchOnWindowFocus: false })
  const [loaded, setLoaded] = useState<{ product: Product; etag: string | null } | null>(null)
  if (data && !loaded) setLoaded(data)
  if (error) return <Failure error={error} retry={() => void refetch()} />
  if (!loaded) return <Loading lines={8} />
  return <Editing key={loaded.etag} product={loaded.product} etag={loaded.etag} reload={() => void refetch().then((it) => it.data && setLoaded(it.data))} />
}

function Editing({ product, etag, reload }: { product: Product; etag: string | null; reload(): void }) {
  const { t } = useSpeech()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const path = { params: { path: { product_id: product.id } } }
  const save = useCommand<Partial<Fields>, { message: string }>({
    send: (body, key) =>
      answerOf(api.PATCH('/api/v1/operations/products/{product_id}', { ...path, body, headers: { 'Idempotency-Key': key, ...(etag ? { 'If-Match': etag } : {}) } })),
    touches: ['products', 'home'],
    onDone(answer) {
      tell(t('action.done'), answer.message)
      queries.removeQueries({ queryKey: ['product', product.id] })
      void navigate({ to: `/products/${product.id}` })
    },
  })
  return (
    <Page
      width={1000}
      title={product.name}
      above={<Back to={`/products/${product.id}`}>{product.sku}</Back>}
      actions={
        <Button variant="default" leftSection={product.is_active ? <IconArchive size={16} /> : <IconArchiveOff size={16} />} loading={save.isPending} onClick={() => save.mutate({ is_active: !product.is_active })}>
          {product.is_active ? t('product.archive') : t('product.restore')}
        </Button>
      }
    >
      <Conflict error={save.error} reload={() => { save.reset(); reload() }} />
      <ProductForm
        first={product}
        error={save.error}
        pending={save.isPending}
        back={`/products/${product.id}`}
        send={(fields) => {
          // What was not changed is not sent: somebody else may have changed it.
          const changed = Object.entries(fields).filter(([name, value]) => (product as unknown as Record<string, unknown>)[name] !== value)
          save.mutate(Object.fromEntries(changed))
        }}
      />
    </Page>
  )
}

interface FormProps {
  first: Fields
  error: unknown
  pending: boolean
  back: string
  send(fields: Fields): void
  more?(at: Record<string, string>): React.ReactNode
}

function ProductForm({ first, error, pending, back, send, more }: FormProps) {
  const { t } = useSpeech()
  const [fields, setFields] = useState<Fields>(() => Object.fromEntries(NAMES.filter((it) => it in first).map((it) => [it, (first as Record<string, unknown>)[it]])) as unknown as Fields)
  const { at, rest } = placed(error, NAMES)
  const stale = error instanceof ApiProblem && error.status === 412
  const lost = error && !(error instanceof ApiProblem) ? [t('action.lost')] : []
  const text = (name: 'sku' | 'name' | 'barcode' | 'unit' | 'currency', label: string, required = false) => (
    <TextInput label={label} value={fields[name] ?? ''} onChange={(event) => { const { value } = event.currentTarget; setFields((before) => ({ ...before, [name]: required || name === 'unit' || name === 'currency' ? value : value || null })) }} error={at[name]} required={required} />
  )
  const number = (name: 'selling_price' | 'cost_price' | 'reorder_point' | 'reorder_quantity' | 'lead_time_days' | 'safety_stock', label: string, decimals = 0) => (
    <NumberInput label={label} value={fields[name] ?? ''} onChange={(value) => setFields((before) => ({ ...before, [name]: typeof value === 'number' ? value : null }))} error={at[name]} allowNegative={false} decimalScale={decimals} />
  )
  function submit(event: FormEvent) {
    event.preventDefault()
    if (!pending) send(fields)
  }
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="lg">
        <Said texts={stale ? [] : [...rest, ...lost]} />
        <Card>
          <Stack>
            {text('name', t('product.title'), true)}
            <Group grow align="flex-start" preventGrowOverflow={false}>
              {text('sku', t('product.sku'), true)}
              {text('barcode', t('product.barcode'))}
              {text('unit', t('product.unit'))}
            </Group>
            <Textarea label={t('product.description')} value={fields.description ?? ''} onChange={(event) => { const { value } = event.currentTarget; setFields((before) => ({ ...before, description: value || null })) }} error={at.description} autosize minRows={2} />
            <Group grow align="flex-start" preventGrowOverflow={false}>
              {number('selling_price', t('product.price'), 4)}
              {number('cost_price', t('product.cost'), 4)}
              {text('currency', t('product.currency'))}
            </Group>
          </Stack>
        </Card>
        <Card title={t('product.replenishment')}>
          <Stack>
            <Group grow align="flex-start" preventGrowOverflow={false}>
              {number('reorder_point', t('product.reorder_point'))}
              {number('reorder_quantity', t('product.reorder_quantity'))}
              {number('lead_time_days', t('product.lead_time_days'))}
              {number('safety_stock', t('product.safety_stock'))}
            </Group>
            <Switch label={t('product.tracked')} checked={fields.track_inventory ?? true} onChange={(event) => { const { checked } = event.currentTarget; setFields((before) => ({ ...before, track_inventory: checked })) }} />
            <Switch label={t('product.backorders')} checked={fields.allow_backorder ?? false} onChange={(event) => { const { checked } = event.currentTarget; setFields((before) => ({ ...before, allow_backorder: checked })) }} />
          </Stack>
        </Card>
        {more?.(at)}
        <FormFoot pending={pending} disabled={!fields.name || !fields.sku}>
          <Button variant="default" component={Link} to={back}>
            {t('cancel')}
          </Button>
        </FormFoot>
      </Stack>
    </form>
  )
}
