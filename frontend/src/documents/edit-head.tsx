/** Changing what a document says besides its lines: whom it is for, when it is expected, notes. */
import { Button, TextInput, Textarea } from '@mantine/core'
import { IconPencil } from '@tabler/icons-react'
import { useState } from 'react'
import { useCommand, useRefresh } from '~/api/command'
import { ApiProblem, placed } from '~/api/problems'
import { useSpeech } from '~/i18n'
import { useMay, type Permission } from '~/session/me'
import { Conflict, ModalForm } from '~/ui/form'
import { tell } from './steps'

export interface HeadField<Name extends string> {
  name: Name
  label: string
  value: string | null
  kind?: 'date' | 'long'
}

interface Props<Name extends string> {
  /** What the document is called. */
  of: string
  possible: readonly string[]
  needs: Permission
  fields: HeadField<Name>[]
  /** The version that is shown: another one by now is a conflict, and nothing is overwritten. */
  version: number
  touches: string[]
  /** Only what was changed; null clears. */
  send(changes: Partial<Record<Name, string | null>>, headers: { 'Idempotency-Key': string; 'If-Match': string }): Promise<{ message: string }>
}

export function EditHead<Name extends string>(props: Props<Name>) {
  const { t } = useSpeech()
  const may = useMay()
  const [open, setOpen] = useState(false)
  if (!props.possible.includes('change') || !may(props.needs)) return null
  return (
    <>
      <Button size="compact-sm" variant="subtle" leftSection={<IconPencil size={15} />} aria-label={`${t('edit')}: ${t('documents.edit_head', { name: props.of })}`} onClick={() => setOpen(true)}>
        {t('edit')}
      </Button>
      {open && <Form {...props} close={() => setOpen(false)} />}
    </>
  )
}

function Form<Name extends string>({ of, fields, version, touches, send, close }: Props<Name> & { close(): void }) {
  const { t } = useSpeech()
  const refresh = useRefresh()
  // What it was when the form was opened, whatever is shown behind it by now.
  const [first] = useState({ fields, version })
  const [typed, setTyped] = useState<Partial<Record<Name, string>>>({})
  const changes = Object.fromEntries(
    first.fields.filter(({ name, value }) => typed[name] !== undefined && typed[name].trim() !== (value ?? '')).map(({ name }) => [name, typed[name]?.trim() || null]),
  ) as Partial<Record<Name, string | null>>
  const save = useCommand<Partial<Record<Name, string | null>>, { message: string }>({
    send: (body, key) => send(body, { 'Idempotency-Key': key, 'If-Match': `"${first.version}"` }),
    touches: [...touches, 'home'],
    onDone(answer) {
      tell(t('action.done'), answer.message)
      close()
    },
  })
  const isStale = save.error instanceof ApiProblem && save.error.status === 412
  const { at, rest } = placed(save.error, first.fields.map((it) => it.name))
  const said = isStale ? [] : save.error && !(save.error instanceof ApiProblem) ? [t('action.lost')] : rest
  return (
    <ModalForm title={t('documents.edit_head', { name: of })} close={close} send={() => save.mutate(changes)} pending={save.isPending} disabled={Object.keys(changes).length === 0} said={said}>
      <Conflict error={save.error} reload={() => void refresh(touches).then(close)} />
      {first.fields.map(({ name, label, value, kind }, place) => {
        const given = {
          label,
          value: typed[name] ?? value ?? '',
          error: at[name],
          'data-autofocus': place === 0 || undefined,
          onChange: (event: { currentTarget: { value: string } }) => {
            const { value: now } = event.currentTarget
            setTyped((before) => ({ ...before, [name]: now }))
          },
        }
        return kind === 'long' ? <Textarea key={name} autosize minRows={2} {...given} /> : <TextInput key={name} type={kind} {...given} />
      })}
    </ModalForm>
  )
}
