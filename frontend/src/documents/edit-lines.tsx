/** Changing the lines of a document that may still be changed. */
import { Button, Group, Skeleton, Stack, Text } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconPencil } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { useCommand, useRefresh } from '~/api/command'
import { ApiProblem } from '~/api/problems'
import { useSpeech } from '~/i18n'
import { productsByIdQuery } from '~/products/queries'
import { useMay, type Permission } from '~/session/me'
import { Conflict } from '~/ui/form'
import { Modal } from '~/ui/modal'
import { Said } from '~/ui/page'
import { LineEditor, isWhole, newLine, type DraftLine } from './line-editor'
import { tell } from './steps'

export interface EditedLine {
  line?: number
  product_id: number
  quantity: number
  price?: number
}

interface Props {
  name: string
  possible: readonly string[]
  needs: Permission
  lines: EditedLine[]
  currency?: string
  /** The version that is shown: another one by now is a conflict, and nothing is overwritten. */
  version: number
  touches: string[]
  send(lines: EditedLine[], headers: { 'Idempotency-Key': string; 'If-Match': string }): Promise<{ message: string }>
}

export function EditLines(props: Props) {
  const { t } = useSpeech()
  const may = useMay()
  const [open, setOpen] = useState(false)
  if (!props.possible.includes('change') || !may(props.needs)) return null
  return (
    <>
      <Button size="compact-sm" variant="subtle" leftSection={<IconPencil size={15} />} onClick={() => setOpen(true)}>
        {t('documents.edit_lines')}
      </Button>
      {open && <Editing {...props} close={() => setOpen(false)} />}
    </>
  )
}

function Editing(props: Props & { close(): void }) {
  const { t } = useSpeech()
  const full = useMediaQuery('(max-width: 48em)')
  const { data: products } = useQuery(productsByIdQuery(props.lines.map((it) => it.product_id)))
  const known = products !== undefined || props.lines.length === 0
  return (
    <Modal opened onClose={props.close} title={<Text fw={650}>{t('documents.edit_title', { name: props.name })}</Text>} size="xl" fullScreen={full}>
      {known ? (
        <Form
          {...props}
          first={props.lines.map((it): DraftLine => {
            const product = products?.get(it.product_id)
            return { ...newLine(product ? { id: product.id, name: product.name, sku: product.sku } : null, it.quantity), price: it.price ?? '', line: it.line }
          })}
        />
      ) : (
        <Skeleton height={120} />
      )}
    </Modal>
  )
}

function Form(props: Props & { first: DraftLine[]; close(): void }) {
  const { t } = useSpeech()
  const refresh = useRefresh()
  const [lines, setLines] = useState(props.first)
  // The version these lines were taken from, whatever is shown behind the dialog by now.
  const [version] = useState(props.version)
  const save = useCommand<EditedLine[], { message: string }>({
    send: (edited, key) => props.send(edited, { 'Idempotency-Key': key, 'If-Match': `"${version}"` }),
    touches: [...props.touches, 'product', 'movements', 'home'],
    onDone(answer) {
      tell(t('action.done'), answer.message)
      props.close()
    },
  })
  const stale = save.error instanceof ApiProblem && save.error.status === 412
  const errors = save.error instanceof ApiProblem ? save.error.errors : {}
  const others = Object.entries(errors)
    .filter(([key]) => !key.startsWith('lines'))
    .flatMap(([, texts]) => texts)
  const rest = stale ? [] : save.error instanceof ApiProblem ? (Object.keys(errors).length === 0 ? [save.error.message] : others) : save.error ? [t('action.lost')] : []
  function submit(event: FormEvent) {
    event.preventDefault()
    if (save.isPending || !isWhole(lines)) return
    save.mutate(
      lines.map((it) => ({
        ...(it.line === undefined ? {} : { line: it.line }),
        product_id: it.product?.id ?? 0,
        quantity: Number(it.quantity),
        ...(it.price === '' ? {} : { price: it.price }),
      })),
    )
  }
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Conflict error={save.error} reload={() => void refresh(props.touches).then(props.close)} />
        <Said texts={rest} />
        <LineEditor lines={lines} onChange={setLines} errors={errors} prices={props.currency !== undefined} currency={props.currency} />
        <Group justify="flex-end">
          <Button variant="default" onClick={props.close}>
            {t('cancel')}
          </Button>
          <Button type="submit" loading={save.isPending} disabled={!isWhole(lines)}>
            {t('save')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
