/** Warehouses: which there are, making one and changing it. */
import { Button, Select, Switch, TextInput } from '@mantine/core'
import { IconBuildingWarehouse, IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { answerOf, api, type Schemas } from '~/api/client'
import { useCommand } from '~/api/command'
import { placed } from '~/api/problems'
import { tell } from '~/documents/steps'
import { useSpeech, type MessageKey } from '~/i18n'
import { warehousesQuery } from '~/products/queries'
import { useMay } from '~/session/me'
import { Word } from '~/ui/badges'
import { ModalForm } from '~/ui/form'
import { To } from '~/ui/link'
import { Empty, Page, Sku } from '~/ui/page'
import { DataTable, type Column } from '~/ui/table'

type Warehouse = Schemas['WarehouseData']
const TYPES = ['main', 'satellite', 'virtual', 'consignment'] as const

export function Warehouses() {
  const { t } = useSpeech()
  const may = useMay()
  const [edited, setEdited] = useState<Warehouse | 'new' | null>(null)
  const { data, error, refetch, isFetching } = useQuery(warehousesQuery)
  const manages = may('warehouses.manage')
  const columns: Column<Warehouse>[] = [
    {
      key: 'name',
      label: t('action.warehouse'),
      render: (row) => (
        <>
          <To to={`/products?warehouse=${row.id}`}>{row.name}</To>
          <div>
            <Sku>{row.code}</Sku>
          </div>
        </>
      ),
    },
    { key: 'type', label: t('warehouse.type'), render: (row) => t(`warehouse.${row.type}` as MessageKey) },
    { key: 'address', label: t('supplier.address'), render: (row) => row.address ?? '–' },
    { key: 'active', label: t('product.status'), beside: true, render: (row) => <Word color={row.is_active ? 'pine' : 'gray'}>{row.is_active ? t('warehouse.in_use') : t('warehouse.out_of_use')}</Word> },
    ...(manages
      ? [
          {
            key: 'edit',
            label: '',
            number: true,
            render: (row: Warehouse) => (
              <Button size="compact-sm" variant="subtle" onClick={() => setEdited(row)} aria-label={t('edit_named', { name: row.name })}>
                {t('edit')}
              </Button>
            ),
          },
        ]
      : []),
  ]
  return (
    <Page
      title={t('nav.warehouses')}
      lead={t('warehouses.lead')}
      actions={
        manages && (
          <Button leftSection={<IconPlus size={16} />} onClick={() => setEdited('new')}>
            {t('warehouses.new')}
          </Button>
        )
      }
    >
      <DataTable label={t('nav.warehouses')} columns={columns} rows={data} rowKey={(row) => row.id} error={error} retry={() => void refetch()} isFetching={isFetching} empty={<Empty icon={IconBuildingWarehouse} title={t('warehouses.none')} />} />
      {edited && <WarehouseForm warehouse={edited === 'new' ? null : edited} close={() => setEdited(null)} />}
    </Page>
  )
}

function WarehouseForm({ warehouse, close }: { warehouse: Warehouse | null; close(): void }) {
  const { t } = useSpeech()
  const [name, setName] = useState(warehouse?.name ?? '')
  const [code, setCode] = useState(warehouse?.code ?? '')
  const [type, setType] = useState<string>(warehouse?.type ?? 'satellite')
  const [address, setAddress] = useState(warehouse?.address ?? '')
  const [active, setActive] = useState(warehouse?.is_active ?? true)
  const save = useCommand<Schemas['NewWarehouse'], { message: string }>({
    send: (body, key) =>
      warehouse
        ? answerOf(api.PATCH('/api/v1/operations/warehouses/{warehouse_id}', { params: { path: { warehouse_id: warehouse.id } }, body, headers: { 'Idempotency-Key': key } }))
        : answerOf(api.POST('/api/v1/operations/warehouses', { body, headers: { 'Idempotency-Key': key } })),
    touches: ['warehouses'],
    onDone(answer) {
      tell(t('action.done'), answer.message)
      close()
    },
  })
  const { at, rest } = placed(save.error, ['name', 'code', 'type', 'address', 'is_active'])
  return (
    <ModalForm
      title={warehouse ? warehouse.name : t('warehouses.new')}
      close={close}
      send={() => save.mutate({ name, code, type: type as Warehouse['type'], address: address || null, is_active: active })}
      pending={save.isPending}
      disabled={!name || !code}
      said={rest}
    >
      <TextInput label={t('warehouse.name')} value={name} onChange={(event) => setName(event.currentTarget.value)} error={at.name} data-autofocus required />
      <TextInput label={t('supplier.code')} value={code} onChange={(event) => setCode(event.currentTarget.value)} error={at.code} required />
      <Select label={t('warehouse.type')} data={TYPES.map((it) => ({ value: it, label: t(`warehouse.${it}` as MessageKey) }))} value={type} onChange={(value) => value && setType(value)} error={at.type} allowDeselect={false} />
      <TextInput label={t('supplier.address')} value={address} onChange={(event) => setAddress(event.currentTarget.value)} error={at.address} />
      <Switch label={t('warehouse.in_use')} checked={active} onChange={(event) => setActive(event.currentTarget.checked)} error={at.is_active} />
    </ModalForm>
  )
}
