/** What lists are narrowed by: one of these, or any. */
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useSpeech } from '~/i18n'
import { productQuery } from '~/products/queries'
import { ProductPicker, WarehousePicker } from './pickers'

interface Props {
  id: number | undefined
  pick(id: number | undefined): void
}

export function ProductFilter({ id, pick }: Props) {
  const { t } = useSpeech()
  const { data } = useQuery({ ...productQuery(id ?? 0), enabled: id !== undefined })
  const product = id === undefined ? undefined : data?.product
  const picked = useMemo(() => (product ? { id: product.id, name: product.name, sku: product.sku } : null), [product])
  return <ProductPicker isFilter label={t('documents.any_product')} value={picked} onPick={(it) => pick(it?.id)} />
}

export function WarehouseFilter({ id, pick }: Props) {
  const { t } = useSpeech()
  return (
    <WarehousePicker
      value={id ?? null}
      onPick={(picked) => pick(picked ?? undefined)}
      placeholder={t('products.all_warehouses')}
      aria-label={t('action.warehouse')}
      clearable
      w={{ base: '100%', xs: 210 }}
    />
  )
}
