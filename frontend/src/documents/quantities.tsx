/** How many of each line: what is received, shipped, or comes back, wholly or in part. */
import { Button, Checkbox, Group, Modal, NumberInput, Stack, Table, Text, TextInput } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useState, type FormEvent } from 'react'
import { useCommand } from '~/api/command'
import { ApiProblem } from '~/api/problems'
import { useSpeech } from '~/i18n'
import { Said, Sku } from '~/ui/page'
import { useProductNames } from './names'
import { tell } from './steps'

export interface QuantityLine {
  line: number
  product_id: number
  /** How many there may be. */
  rest: number
}

export interface Entered {
  line: number
  quantities: Record<string, number>
  reason?: string
  checked?: boolean
}

interface Props {
  title: string
  lead?: string
  lines: QuantityLine[]
  restLabel: string
  /** The first is filled with what is open. */
  fields: { key: string; label: string; filled?: boolean }[]
  texts?: { key: string; label: string; required?: boolean }[]
  reasons?: boolean
  check?: { label: string; initial: boolean }
  touches: string[]
  send(entered: Entered[], texts: Record<string, string>, key: string): Promise<{ message: string }>
  close(): void
}

export function QuantitiesForm(props: Props) {
  const { t, f } = useSpeech()
  const full = useMediaQuery('(max-width: 48em)')
  const nameOf = useProductNames(props.lines.map((it) => it.product_id))
  const [entered, setEntered] = useState<Entered[]>(() =>
    props.lines.map((it) => ({
      line: it.line,
      quantities: Object.fromEntries(props.fields.map((field) => [field.key, field.filled ? it.rest : 0])),
      reason: '',
      checked: props.check?.initial,
    })),
  )
  const [texts, setTexts] = useState<Record<string, string>>({})
  const step = useCommand<{ entered: Entered[]; texts: Record<string, string> }, { message: string }>({
    send: (body, key) => props.send(body.entered, body.texts, key),
    touches: [...props.touches, 'product', 'products', 'movements', 'home', 'reports'],
    onDone(answer) {
      tell(t('action.done'), answer.message)
      props.close()
    },
  })
  const errors = step.error instanceof ApiProblem ? step.error.errors : {}
  const sent = entered.filter((it) => Object.values(it.quantities).some((count) => count > 0))
  const errorAt = (line: number, key: string) => {
    const at = sent.findIndex((it) => it.line === line)
    return at < 0 ? undefined : (errors[`lines.${at}.${key}`] ?? (key === props.fields[0]?.key ? errors[`lines.${at}`] : undefined))?.join(' ')
  }
  const placedKeys = new Set([...sent.flatMap((_, at) => [...props.fields.map((it) => `lines.${at}.${it.key}`), `lines.${at}.reason`, `lines.${at}`]), ...(props.texts ?? []).map((it) => it.key)])
  const said = Object.entries(errors).filter(([key]) => !placedKeys.has(key)).flatMap(([, messages]) => messages)
  const rest = step.error instanceof ApiProblem ? (said.length > 0 || Object.keys(errors).length > 0 ? said : [step.error.message]) : step.error ? [t('action.lost')] : []
  const missing = (props.texts ?? []).some((it) => it.required && !texts[it.key]?.trim())

  const change = (line: number, part: Partial<Entered>) => setEntered((before) => before.map((it) => (it.line === line ? { ...it, ...part } : it)))
  function submit(event: FormEvent) {
    event.preventDefault()
    if (!step.isPending && sent.length > 0 && !missing) step.mutate({ entered: sent, texts })
  }
  return (
    <Modal opened onClose={props.close} title={<Text fw={650}>{props.title}</Text>} size="xl" fullScreen={full}>
      <form onSubmit={submit} noValidate>
        <Stack>
          {props.lead && (
            <Text fz="sm" c="dimmed">
              {props.lead}
            </Text>
          )}
          <Said texts={rest} />
          {props.texts && (
            <Group grow preventGrowOverflow={false}>
              {props.texts.map((it, index) => (
                <TextInput
                  key={it.key}
                  label={it.label}
                  required={it.required}
                  value={texts[it.key] ?? ''}
                  onChange={(event) => {
                    const { value } = event.currentTarget
                    setTexts((before) => ({ ...before, [it.key]: value }))
                  }}
                  error={errors[it.key]?.join(' ')}
                  data-autofocus={index === 0 || undefined}
                />
              ))}
            </Group>
          )}
          <div className="table-scroll">
            <Table className="table" role="table" verticalSpacing="xs" horizontalSpacing={6} data-stacks __vars={{ '--least-width': '480px', '--stacked-inset': '0' }}>
              <Table.Thead role="rowgroup">
                <Table.Tr role="row">
                  <Table.Th scope="col" role="columnheader">{t('product.name')}</Table.Th>
                  <Table.Th scope="col" role="columnheader" className="number">
                    {props.restLabel}
                  </Table.Th>
                  {props.fields.map((field) => (
                    <Table.Th scope="col" role="columnheader" key={field.key} className="number" w={116}>
                      {field.label}
                    </Table.Th>
                  ))}
                  {props.reasons && (
                    <Table.Th scope="col" role="columnheader" w={190}>
                      {t('action.reason')}
                    </Table.Th>
                  )}
                  {props.check && <Table.Th scope="col" role="columnheader">{props.check.label}</Table.Th>}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody role="rowgroup">
                {props.lines.map((it, index) => {
                  const { name, sku } = nameOf(it.product_id)
                  const mine = entered[index]
                  return (
                    <Table.Tr key={it.line} role="row">
                      <Table.Td role="cell" className="head">
                        {name}
                        <div>
                          <Sku>{sku}</Sku>
                        </div>
                      </Table.Td>
                      <Table.Td role="cell" className="number" data-label={props.restLabel}>{f.number(it.rest)}</Table.Td>
                      {props.fields.map((field) => (
                        <Table.Td key={field.key} role="cell" data-label={field.label}>
                          <NumberInput
                            size="sm"
                            aria-label={`${field.label}: ${name}`}
                            value={mine?.quantities[field.key] ?? 0}
                            onChange={(value) => change(it.line, { quantities: { ...mine?.quantities, [field.key]: typeof value === 'number' ? value : 0 } })}
                            allowDecimal={false}
                            allowNegative={false}
                            error={errorAt(it.line, field.key)}
                            styles={{ input: { textAlign: 'right' } }}
                            onFocus={(event) => event.currentTarget.select()}
                          />
                        </Table.Td>
                      ))}
                      {props.reasons && (
                        <Table.Td role="cell" data-label={t('action.reason')}>
                          <TextInput
                            size="sm"
                            aria-label={`${t('action.reason')}: ${name}`}
                            value={mine?.reason ?? ''}
                            onChange={(event) => change(it.line, { reason: event.currentTarget.value })}
                            error={errorAt(it.line, 'reason')}
                          />
                        </Table.Td>
                      )}
                      {props.check && (
                        <Table.Td role="cell" data-label={props.check.label}>
                          <Checkbox checked={mine?.checked ?? false} onChange={(event) => change(it.line, { checked: event.currentTarget.checked })} aria-label={`${props.check.label}: ${name}`} />
                        </Table.Td>
                      )}
                    </Table.Tr>
                  )
                })}
              </Table.Tbody>
            </Table>
          </div>
          <Group justify="flex-end">
            <Button variant="default" onClick={props.close}>
              {t('cancel')}
            </Button>
            <Button type="submit" loading={step.isPending} disabled={sent.length === 0 || missing}>
              {props.title}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
