/** How many, by thumb: one less, one more, or the number itself. */
import { ActionIcon, Group, NumberInput } from '@mantine/core'
import { IconMinus, IconPlus } from '@tabler/icons-react'
import { useSpeech } from '~/i18n'

interface StepperProps {
  label: string
  value: number | ''
  least?: number
  onChange(value: number | ''): void
  error?: string
}

/** More than anybody holds in hand: a scanner typed a code into the number. */
const MOST = 9_999_999

/** Whether it is a number of units, and no code. */
export const isQuantity = (value: number | '') => value !== '' && value <= MOST

export function Stepper({ label, value, least = 0, onChange, error }: StepperProps) {
  const { t } = useSpeech()
  const step = (by: number) => onChange(Math.max(least, (value === '' ? 0 : value) + by))
  return (
    <Group gap="xs" wrap="nowrap" align="flex-end">
      <ActionIcon size={60} variant="default" onClick={() => step(-1)} aria-label={t('scan.less')} radius="md">
        <IconMinus size={26} />
      </ActionIcon>
      <NumberInput
        size="xl"
        flex={1}
        label={label}
        value={value}
        onChange={(typed) => onChange(typeof typed === 'number' ? typed : '')}
        allowDecimal={false}
        allowNegative={false}
        inputMode="numeric"
        error={error ?? (value !== '' && !isQuantity(value) ? t('scan.is_a_code') : undefined)}
        // What is there is replaced by what is typed; a tap alone would put the first digit amid it.
        onFocus={(event) => event.currentTarget.select()}
        onClick={(event) => event.currentTarget.select()}
        styles={{ input: { textAlign: 'center', fontWeight: 650 } }}
      />
      <ActionIcon size={60} variant="default" onClick={() => step(1)} aria-label={t('scan.plus')} radius="md">
        <IconPlus size={26} />
      </ActionIcon>
    </Group>
  )
}
