/** The lines of a document that is being written: products, quantities, maybe prices. */
import { ActionIcon, Button, Group, NumberInput, Stack, Text } from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import type { FieldErrors } from '~/api/problems'
import { useSpeech } from '~/i18n'
import { ProductPicker, type Picked } from '~/ui/pickers'

export interface DraftLine {
  key: number
  product: Picked | null
  quantity: number | ''
  price: number | ''
  /** Its number in the document, where it has one. */
  line?: number
}

let lastKey = 0
export const newLine = (product: Picked | null = null, quantity: number | '' = ''): DraftLine => ({ key: ++lastKey, product, quantity, price: '' })

export function isWhole(lines: DraftLine[]): boolean {
  return lines.length > 0 && lines.every((it) => it.product !== null && it.quantity !== '')
}

interface Props {
  lines: DraftLine[]
  onChange(lines: DraftLine[]): void
  errors: FieldErrors
  prices?: boolean
  currency?: string
  /** Products alone, without quantities. */
  bare?: boolean
}

export function LineEditor({ lines, onChange, errors, prices, currency, bare }: Props) {
  const { t } = useSpeech()
  const change = (key: number, part: Partial<DraftLine>) => onChange(lines.map((it) => (it.key === key ? { ...it, ...part } : it)))
  return (
    <Stack gap="sm">
      {lines.map((line, at) => (
        <Group key={line.key} align="flex-start" gap="xs" wrap="wrap">
          <div style={{ flex: '1 1 260px' }}>
            <ProductPicker
              label={t('documents.line', { number: at + 1 })}
              value={line.product}
              onPick={(product) => change(line.key, { product })}
              error={(errors[`lines.${at}.product_id`] ?? errors[`lines.${at}`])?.join(' ')}
            />
          </div>
          {!bare && (
          <NumberInput
            label={t('action.quantity')}
            w={96}
            value={line.quantity}
            onChange={(value) => change(line.key, { quantity: typeof value === 'number' ? value : '' })}
            allowDecimal={false}
            allowNegative={false}
            error={errors[`lines.${at}.quantity`]?.join(' ')}
          />
          )}
          {prices && (
            <NumberInput
              label={currency ? t('documents.price_in', { currency }) : t('product.price')}
              placeholder={t('documents.by_terms')}
              w={136}
              value={line.price}
              onChange={(value) => change(line.key, { price: typeof value === 'number' ? value : '' })}
              allowNegative={false}
              decimalScale={4}
              error={errors[`lines.${at}.price`]?.join(' ')}
            />
          )}
          <ActionIcon variant="subtle" color="gray" size={36} mt={25} aria-label={t('documents.remove_line', { number: at + 1 })} onClick={() => onChange(lines.filter((it) => it.key !== line.key))} disabled={lines.length === 1}>
            <IconTrash size={17} />
          </ActionIcon>
        </Group>
      ))}
      {errors.lines && (
        <Text c="red" fz="sm">
          {errors.lines.join(' ')}
        </Text>
      )}
      <Group>
        <Button variant="default" size="xs" leftSection={<IconPlus size={14} />} onClick={() => onChange([...lines, newLine()])}>
          {t('documents.add_line')}
        </Button>
      </Group>
    </Stack>
  )
}
