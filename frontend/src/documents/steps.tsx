/** The steps that are possible now, for those who may take them. */
import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState, type FormEvent } from 'react'
import { useCommand } from '~/api/command'
import { ApiProblem, placed } from '~/api/problems'
import { useSpeech, type MessageKey } from '~/i18n'
import { useMay, type Permission } from '~/session/me'
import { Said } from '~/ui/page'

export interface StepOption {
  event: string
  needs: Permission
  /** Asked before: nothing, a reason, or more in a form of its own. */
  asks?: 'reason' | 'form'
  color?: string
}

interface StepsProps {
  options: StepOption[]
  possible: readonly string[]
  /** Takes a step by its event, a reason and the name of the command. */
  take(event: string, reason: string | undefined, key: string): Promise<{ message: string }>
  touches: string[]
  onForm?(event: string): void
}

/** A command that was carried out, told in the API's words. */
export function tell(title: string, message: string) {
  notifications.show({ color: 'pine', title, message })
}

export function Steps({ options, possible, take, touches, onForm }: StepsProps) {
  const { t } = useSpeech()
  const may = useMay()
  const [asked, setAsked] = useState<StepOption | null>(null)
  const shown = options.filter((it) => possible.includes(it.event) && may(it.needs))
  const step = useCommand<{ event: string; reason?: string }, { message: string }>({
    send: ({ event, reason }, key) => take(event, reason, key),
    touches: [...touches, 'product', 'products', 'movements', 'home', 'reports'],
    onDone(answer) {
      setAsked(null)
      tell(t('action.done'), answer.message)
    },
  })
  const { rest } = placed(step.error, [])
  const lost = step.error && !(step.error instanceof ApiProblem) ? [t('action.lost')] : []
  const { at } = placed(step.error, ['reason'])
  return (
    <>
      {shown.map((option, index) => (
        <Button
          key={option.event}
          variant={index === 0 && option.color !== 'red' ? 'filled' : option.color === 'red' ? 'subtle' : 'default'}
          color={option.color}
          loading={step.isPending && step.variables?.event === option.event && !asked}
          onClick={() => {
            step.reset()
            if (option.asks === 'form') onForm?.(option.event)
            else if (option.asks === 'reason') setAsked(option)
            else step.mutate({ event: option.event })
          }}
        >
          {t(`step.${option.event}` as MessageKey)}
        </Button>
      ))}
      {!asked && step.error && (
        <Modal opened onClose={() => step.reset()} title={<Text fw={650}>{t('error.failed')}</Text>}>
          <Said texts={[...rest, ...lost]} />
        </Modal>
      )}
      {asked && (
        <ReasonForm
          title={t(`step.${asked.event}` as MessageKey)}
          color={asked.color}
          pending={step.isPending}
          error={at.reason}
          rest={asked ? [...rest.filter(() => !at.reason), ...lost] : []}
          close={() => setAsked(null)}
          send={(reason) => step.mutate({ event: asked.event, reason })}
        />
      )}
    </>
  )
}

interface ReasonProps {
  title: string
  color?: string
  pending: boolean
  error?: string
  rest: string[]
  close(): void
  send(reason: string): void
}

function ReasonForm({ title, color, pending, error, rest, close, send }: ReasonProps) {
  const { t } = useSpeech()
  const [reason, setReason] = useState('')
  function submit(event: FormEvent) {
    event.preventDefault()
    if (reason.trim() && !pending) send(reason.trim())
  }
  return (
    <Modal opened onClose={close} title={<Text fw={650}>{title}</Text>}>
      <form onSubmit={submit}>
        <Stack>
          <Said texts={rest} />
          <Textarea label={t('action.reason')} value={reason} onChange={(event) => setReason(event.currentTarget.value)} error={error} data-autofocus autosize minRows={2} required />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t('step.not_now')}
            </Button>
            <Button type="submit" color={color} loading={pending} disabled={!reason.trim()}>
              {title}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
