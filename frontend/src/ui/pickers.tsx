/** Choosing a product or a warehouse by typing or scanning. */
import { CloseButton, Combobox, Group, Loader, MultiSelect, Select, Text, TextInput, useCombobox, type SelectProps } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useSpeech } from '~/i18n'
import { productsQuery, warehousesQuery } from '~/products/queries'
import { Sku } from './page'

export interface Picked {
  id: number
  name: string
  sku: string
}

interface ProductPickerProps {
  label: string
  value: Picked | null
  onPick(product: Picked | null): void
  error?: string
  autoFocus?: boolean
  /** Narrows a list: its label stands within, and it is emptied by a button. */
  isFilter?: boolean
}

export function ProductPicker({ label, value, onPick, error, autoFocus, isFilter }: ProductPickerProps) {
  const { t, f } = useSpeech()
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() })
  const [typed, setTyped] = useState(value?.name ?? '')
  const [asked] = useDebouncedValue(typed.trim(), 150)
  const { data, isFetching } = useQuery({
    ...productsQuery({ search: asked || undefined, per_page: 8, is_active: true }),
    enabled: combobox.dropdownOpened,
  })
  // Typing takes back what was picked, and what is typed stays.
  const isTyping = useRef(false)
  useEffect(() => {
    if (!isTyping.current) setTyped(value?.name ?? '')
    isTyping.current = false
  }, [value])
  const found = data?.data ?? []
  return (
    <Combobox
      store={combobox}
      onOptionSubmit={(id) => {
        const product = found.find((it) => String(it.id) === id)
        if (product) onPick({ id: product.id, name: product.name, sku: product.sku })
        combobox.closeDropdown()
      }}
    >
      <Combobox.Target>
        <TextInput
          label={isFilter ? undefined : label}
          aria-label={isFilter ? label : undefined}
          w={isFilter ? { base: '100%', xs: 250 } : undefined}
          placeholder={isFilter ? label : t('picker.product')}
          value={typed}
          error={error}
          data-autofocus={autoFocus || undefined}
          rightSection={isFetching && combobox.dropdownOpened ? <Loader size={14} /> : isFilter && value ? <CloseButton size="sm" aria-label={t('documents.no_product')} onClick={() => onPick(null)} /> : null}
          description={value && !isFilter ? value.sku : undefined}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          onChange={(event) => {
            setTyped(event.currentTarget.value)
            if (value) {
              isTyping.current = true
              onPick(null)
            }
            combobox.openDropdown()
            combobox.selectFirstOption()
          }}
          onFocus={() => !value && combobox.openDropdown()}
          onClick={() => combobox.openDropdown()}
          onBlur={() => combobox.closeDropdown()}
        />
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Options mah={320} style={{ overflowY: 'auto' }} aria-label={label}>
          {found.map((product) => (
            <Combobox.Option key={product.id} value={String(product.id)}>
              <Group justify="space-between" wrap="nowrap" gap="sm">
                <div style={{ minWidth: 0 }}>
                  <Text fz="sm" truncate>
                    {product.name}
                  </Text>
                  <Sku>{product.sku}</Sku>
                </div>
                <Text fz="xs" c="dimmed" className="figures">
                  {f.number(product.stock_quantity)}
                </Text>
              </Group>
            </Combobox.Option>
          ))}
          {found.length === 0 && !isFetching && <Combobox.Empty>{t('picker.none')}</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  )
}

/** Where forms begin: the one that every shop has. */
const DEFAULT_WAREHOUSE = 1

type WarehousePickerProps = Omit<SelectProps, 'value' | 'onChange' | 'data'> & {
  value: number | null
  onPick(id: number | null): void
  /** One that is not offered: nothing is moved from a warehouse to itself. */
  without?: number | null
}

export function WarehousePicker({ value, onPick, without, ...rest }: WarehousePickerProps) {
  const { data = [] } = useQuery(warehousesQuery)
  const shown = data.filter((it) => it.is_active || it.id === value)
  const first = shown[0]?.id
  const isElsewhere = value === DEFAULT_WAREHOUSE && first !== undefined && !shown.some((it) => it.id === value)
  // Who is limited to warehouses has others than the first, which forms begin with.
  useEffect(() => {
    if (isElsewhere) onPick(first)
  }, [isElsewhere, first, onPick])
  return (
    <Select
      {...rest}
      data={shown.filter((it) => it.id !== without).map((it) => ({ value: String(it.id), label: it.name }))}
      value={value === null ? null : String(value)}
      onChange={(id) => onPick(id === null ? null : Number(id))}
      comboboxProps={{ withinPortal: true }}
    />
  )
}

/** Some warehouses; none of them means all. */
export function WarehousesPicker({ value, onPick, error }: { value: number[]; onPick(ids: number[]): void; error?: string }) {
  const { t } = useSpeech()
  const { data = [] } = useQuery(warehousesQuery)
  return (
    <MultiSelect
      label={t('nav.warehouses')}
      placeholder={value.length === 0 ? t('products.all_warehouses') : undefined}
      data={data.map((it) => ({ value: String(it.id), label: it.name }))}
      value={value.map(String)}
      onChange={(ids) => onPick(ids.map(Number))}
      error={error}
    />
  )
}

/** The name of a warehouse by its id. */
export function useWarehouseName(): (id: number | null | undefined) => string {
  const { data } = useQuery(warehousesQuery)
  return (id) => data?.find((it) => it.id === id)?.name ?? (id ? `#${id}` : '–')
}
