/** Forms over one record: fields by name, faults at their fields, conflicts told. */
import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { IconArrowsSplit2 } from '@tabler/icons-react'
import type { FormEvent, ReactNode } from 'react'
import { ApiProblem } from '~/api/problems'
import { useSpeech } from '~/i18n'
import { Modal } from './modal'
import { Said } from './page'

/** Somebody else changed the record meanwhile: what to do. */
export function Conflict({ error, reload }: { error: unknown; reload(): void }) {
  const { t } = useSpeech()
  if (!(error instanceof ApiProblem) || error.status !== 412) return null
  return (
    <Alert color="yellow" icon={<IconArrowsSplit2 size={18} />} title={t('conflict.title')} role="alert">
      {t('conflict.text')}
      <Group mt="sm">
        <Button size="xs" variant="default" onClick={reload}>
          {t('conflict.reload')}
        </Button>
      </Group>
    </Alert>
  )
}

export function FormFoot({ children, pending, disabled, label, color }: { children?: ReactNode; pending: boolean; disabled?: boolean; label?: string; color?: string }) {
  const { t } = useSpeech()
  return (
    <Group justify="flex-end">
      {children}
      <Button type="submit" loading={pending} disabled={disabled} color={color}>
        {label ?? t('save')}
      </Button>
    </Group>
  )
}

interface ModalFormProps {
  title: string
  close(): void
  send(): void
  pending: boolean
  disabled?: boolean
  /** What the button says; none: that it saves. */
  label?: string
  color?: string
  /** Sentences that belong to no field. */
  said?: string[]
  children: ReactNode
}

/** A form in a window of its own: what it says as a whole, its fields, and the ways out. */
export function ModalForm({ title, close, send, pending, disabled, label, color, said = [], children }: ModalFormProps) {
  const { t } = useSpeech()
  function submit(event: FormEvent) {
    event.preventDefault()
    if (!pending && !disabled) send()
  }
  return (
    <Modal opened onClose={close} title={<Text fw={650}>{title}</Text>}>
      <form onSubmit={submit} noValidate autoComplete="off">
        <Stack>
          <Said texts={said} />
          {children}
          <FormFoot pending={pending} disabled={disabled} label={label} color={color}>
            <Button variant="default" onClick={close}>
              {t('cancel')}
            </Button>
          </FormFoot>
        </Stack>
      </form>
    </Modal>
  )
}
