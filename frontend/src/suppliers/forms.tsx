/** Making and changing a supplier, and what it sells. */
import { Button, Group, NumberInput, Select, Stack, Switch, Text, TextInput, Textarea } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { answerOf, api, type Schemas } from '~/api/client'
import { useCommand } from '~/api/command'
import { ApiProblem, placed } from '~/api/problems'
import { tell } from '~/documents/steps'
import { useSpeech, type MessageKey } from '~/i18n'
import { suppliersQuery } from '~/purchasing/suppliers'
import { FormFoot } from '~/ui/form'
import { Modal } from '~/ui/modal'
import { Said } from '~/ui/page'
import { ProductPicker, type Picked } from '~/ui/pickers'

type Supplier = Schemas['SupplierData']
type Fields = Pick<Schemas['NewSupplier'], 'code' | 'name' | 'status' | 'email' | 'phone' | 'address' | 'payment_terms' | 'lead_time_days' | 'notes'> & { currency?: string }
const STATUSES = ['prospective', 'active', 'approved', 'preferred', 'inactive', 'suspended', 'blacklisted'] as const
const NAMES = ['code', 'name', 'status', 'email', 'phone', 'address', 'payment_terms', 'lead_time_days', 'notes', 'currency'] as const

export function SupplierForm({ supplier, close }: { supplier: Supplier | null; close(): void }) {
  const { t } = useSpeech()
  const [fields, setFields] = useState<Fields>(() => {
    const { code = '', name = '', status = 'active' as const, email, phone, address, payment_terms, lead_time_days, notes, currency = '' } = supplier ?? {}
    return { code, name, status, email, phone, address, payment_terms, lead_time_days, notes, currency }
  })
  const [reason, setReason] = useState('')
  const save = useCommand<Fields & { reason?: string }, { message: string }>({
    send: (body, key) => {
      const headers = { 'Idempotency-Key': key }
      return supplier
        ? answerOf(api.PATCH('/api/v1/operations/suppliers/{supplier_id}', { params: { path: { supplier_id: supplier.id } }, body, headers }))
        : answerOf(api.POST('/api/v1/operations/suppliers', { body, headers }))
    },
    touches: ['suppliers', 'reports'],
    onDone(answer) {
      tell(t('action.done'), answer.message)
      close()
    },
  })
  const { at, rest } = placed(save.error, [...NAMES, 'reason'])
  const text = (name: 'code' | 'name' | 'email' | 'phone' | 'address' | 'payment_terms' | 'currency', label: string, required = false) => (
    <TextInput
      label={label}
      value={fields[name] ?? ''}
      required={required}
      error={at[name]}
      onChange={(event) => {
        const { value } = event.currentTarget
        setFields((before) => ({ ...before, [name]: required ? value : value || null }))
      }}
    />
  )
  const statusChanged = supplier !== null && fields.status !== supplier.status
  function submit(event: FormEvent) {
    event.preventDefault()
    const { currency, ...others } = fields
    save.mutate({ ...others, ...(currency ? { currency } : {}), ...(statusChanged && reason.trim() ? { reason: reason.trim() } : {}) })
  }
  return (
    <Modal opened onClose={close} title={<Text fw={650}>{supplier ? supplier.name : t('suppliers.new')}</Text>} size="lg">
      <form onSubmit={submit} noValidate>
        <Stack>
          <Said texts={[...rest, ...(save.error && !(save.error instanceof ApiProblem) ? [t('action.lost')] : [])]} />
          <Group grow align="flex-start" preventGrowOverflow={false}>
            {text('name', t('product.title'), true)}
            {text('code', t('supplier.code'), true)}
          </Group>
          <Group grow align="flex-start" preventGrowOverflow={false}>
            <Select
              label={t('product.status')}
              data={STATUSES.map((it) => ({ value: it, label: t(`supplier.${it}` as MessageKey) }))}
              value={fields.status ?? null}
              onChange={(value) => value && setFields((before) => ({ ...before, status: value as Supplier['status'] }))}
              error={at.status}
              allowDeselect={false}
            />
            {statusChanged && <TextInput label={t('action.reason')} value={reason} onChange={(event) => setReason(event.currentTarget.value)} error={at.reason} />}
          </Group>
          <Group grow align="flex-start" preventGrowOverflow={false}>
            {text('email', t('supplier.email'))}
            {text('phone', t('supplier.phone'))}
          </Group>
          {text('address', t('supplier.address'))}
          <Group grow align="flex-start" preventGrowOverflow={false}>
            {text('payment_terms', t('supplier.payment'))}
            <NumberInput
              label={t('product.lead_time_days')}
              value={fields.lead_time_days ?? ''}
              onChange={(value) => setFields((before) => ({ ...before, lead_time_days: typeof value === 'number' ? value : null }))}
              allowDecimal={false}
              allowNegative={false}
              error={at.lead_time_days}
            />
            {text('currency', t('product.currency'))}
          </Group>
          <Textarea
            label={t('supplier.notes')}
            value={fields.notes ?? ''}
            error={at.notes}
            autosize
            onChange={(event) => {
              const { value } = event.currentTarget
              setFields((before) => ({ ...before, notes: value || null }))
            }}
          />
          <FormFoot pending={save.isPending} disabled={!fields.name || !fields.code}>
            <Button variant="default" onClick={close}>
              {t('cancel')}
            </Button>
          </FormFoot>
        </Stack>
      </form>
    </Modal>
  )
}

interface TermsProps {
  /** Whose terms; none: it is chosen here. */
  supplier?: Supplier
  terms: Schemas['TermsLine'] | null
  /** For which product, where that is settled. */
  product?: Picked
  close(): void
}

export function TermsForm({ supplier: given, terms, product: settled, close }: TermsProps) {
  const { t } = useSpeech()
  const { data: suppliers = [] } = useQuery({ ...suppliersQuery, enabled: !given })
  const [supplierId, setSupplierId] = useState<string | null>(null)
  const supplier = given ?? suppliers.find((it) => String(it.id) === supplierId)
  const [product, setProduct] = useState<Picked | null>(terms ? { id: terms.product_id, name: terms.name, sku: terms.sku } : (settled ?? null))
  const [price, setPrice] = useState<number | string>(terms?.price ?? '')
  const [minimum, setMinimum] = useState<number | string>(terms?.minimum_order_quantity ?? 1)
  const [pack, setPack] = useState<number | string>(terms?.pack_size ?? 1)
  const [preferred, setPreferred] = useState(terms?.is_preferred ?? true)
  const save = useCommand<Schemas['TermsBody'] & { productId: number; supplierId: number }, { message: string }>({
    send: ({ productId, supplierId: whose, ...body }, key) =>
      answerOf(
        api.PUT('/api/v1/operations/suppliers/{supplier_id}/products/{product_id}', {
          params: { path: { supplier_id: whose, product_id: productId } },
          body,
          headers: { 'Idempotency-Key': key },
        }),
      ),
    touches: ['suppliers', 'reports', 'home'],
    onDone(answer) {
      tell(t('action.done'), answer.message)
      close()
    },
  })
  const { at, rest } = placed(save.error, ['price', 'minimum_order_quantity', 'pack_size', 'product_id'])
  const currency = terms?.currency ?? supplier?.currency
  function submit(event: FormEvent) {
    event.preventDefault()
    if (product && supplier && typeof price === 'number')
      save.mutate({
        supplierId: supplier.id,
        productId: product.id,
        price,
        currency,
        minimum_order_quantity: Number(minimum) || 1,
        pack_size: Number(pack) || 1,
        lead_time_days: terms?.lead_time_days,
        supplier_sku: terms?.supplier_sku,
        is_preferred: preferred,
      })
  }
  return (
    <Modal opened onClose={close} title={<Text fw={650}>{settled ? t('report.choose_supplier_of', { name: settled.name }) : t('supplier.terms_for', { name: supplier?.name ?? '' })}</Text>}>
      <form onSubmit={submit} noValidate>
        <Stack>
          <Said texts={[...rest, ...(save.error && !(save.error instanceof ApiProblem) ? [t('action.lost')] : [])]} />
          {!given && (
            <Select
              label={t('purchase.supplier')}
              data={suppliers.map((it) => ({ value: String(it.id), label: it.name, disabled: !it.may_receive_orders }))}
              value={supplierId}
              onChange={setSupplierId}
              searchable
              data-autofocus
            />
          )}
          {!settled && <ProductPicker label={t('product.name')} value={product} onPick={setProduct} error={at.product_id} autoFocus={!terms} />}
          <Group grow align="flex-start" preventGrowOverflow={false}>
            <NumberInput label={currency ? t('documents.price_in', { currency }) : t('product.price')} value={price} onChange={setPrice} allowNegative={false} decimalScale={4} error={at.price} />
            <NumberInput label={t('supplier.minimum')} value={minimum} onChange={setMinimum} allowDecimal={false} min={1} error={at.minimum_order_quantity} />
            <NumberInput label={t('supplier.pack')} value={pack} onChange={setPack} allowDecimal={false} min={1} error={at.pack_size} />
          </Group>
          <Switch label={t('supplier.is_preferred')} checked={preferred} onChange={(event) => setPreferred(event.currentTarget.checked)} />
          <FormFoot pending={save.isPending} disabled={!product || !supplier || typeof price !== 'number'}>
            <Button variant="default" onClick={close}>
              {t('cancel')}
            </Button>
          </FormFoot>
        </Stack>
      </form>
    </Modal>
  )
}
