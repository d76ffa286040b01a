/** What a list of documents is narrowed by, beside its states: a product, a warehouse, who buys or sells. */
import { Group, Select, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useSpeech } from '~/i18n'
import { suppliersQuery } from '~/purchasing/suppliers'
import { ProductFilter, WarehouseFilter } from '~/ui/filters'
import type { DocumentSearch } from './search'

export type Narrowing = 'product' | 'warehouse' | 'supplier' | 'customer'

interface Props {
  by: readonly Narrowing[]
  search: DocumentSearch
  change(wanted: DocumentSearch): void
}

const WIDTH = { base: '100%', xs: 210 }

export function DocumentFilters({ by, search, change }: Props) {
  return (
    <Group gap="sm" className="no-print">
      {by.includes('product') && <ProductFilter id={search.product} pick={(product) => change({ product })} />}
      {by.includes('supplier') && <SupplierFilter id={search.supplier} pick={(supplier) => change({ supplier })} />}
      {by.includes('customer') && <CustomerFilter name={search.customer} pick={(customer) => change({ customer })} />}
      {by.includes('warehouse') && <WarehouseFilter id={search.warehouse} pick={(warehouse) => change({ warehouse })} />}
    </Group>
  )
}

function SupplierFilter({ id, pick }: { id: number | undefined; pick(id: number | undefined): void }) {
  const { t } = useSpeech()
  const { data = [] } = useQuery(suppliersQuery)
  return (
    <Select
      aria-label={t('purchase.supplier')}
      placeholder={t('documents.any_supplier')}
      data={data.map((it) => ({ value: String(it.id), label: it.name }))}
      value={id === undefined ? null : String(id)}
      onChange={(value) => pick(value === null ? undefined : Number(value))}
      searchable
      clearable
      w={WIDTH}
    />
  )
}

const TYPED_MS = 300

function CustomerFilter({ name, pick }: { name: string | undefined; pick(name: string | undefined): void }) {
  const { t } = useSpeech()
  const [typed, setTyped] = useState(name ?? '')
  const ask = useDebouncedCallback((value: string) => pick(value.trim() || undefined), TYPED_MS)
  useEffect(() => setTyped((before) => (before.trim() === (name ?? '') ? before : (name ?? ''))), [name])
  return (
    <TextInput
      aria-label={t('sales.customer')}
      placeholder={t('documents.by_customer')}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value)
        ask(event.currentTarget.value)
      }}
      w={WIDTH}
    />
  )
}
