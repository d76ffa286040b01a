/** Mending a movement that was a mistake: by its opposite, never by editing it. */
import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import { answerOf, api } from '~/api/client'
import { useCommand } from '~/api/command'
import { placed } from '~/api/problems'
import { tell } from '~/documents/steps'
import { useSpeech, type MessageKey } from '~/i18n'
import { FormFoot } from '~/ui/form'
import { Modal } from '~/ui/modal'
import { Said } from '~/ui/page'
import type { Movement } from './queries'

export function Reverse({ movement, close }: { movement: Movement; close(): void }) {
  const { t, f } = useSpeech()
  const [reason, setReason] = useState('')
  const reverse = useCommand<string, { message: string }>({
    send: (given, key) =>
      answerOf(
        api.POST('/api/v1/operations/stock-movements/{movement_id}/reverse', {
          params: { path: { movement_id: movement.id } },
          body: { reason: given || undefined },
          headers: { 'Idempotency-Key': key },
        }),
      ),
    touches: ['products', 'product', 'movements', 'home', 'reports'],
    onDone(answer) {
      tell(t('action.done'), answer.message)
      close()
    },
  })
  const { at, rest } = placed(reverse.error, ['reason'])
  function submit(event: FormEvent) {
    event.preventDefault()
    reverse.mutate(reason.trim())
  }
  return (
    <Modal opened onClose={close} title={<Text fw={650}>{t('reverse.title')}</Text>}>
      <form onSubmit={submit} noValidate>
        <Stack>
          <Group justify="space-between">
            <Text fz="sm">
              {t(`movement.${movement.movement_type}` as MessageKey)} · {f.time(movement.occurred_at)}
            </Text>
            <Text fw={640} className="figures">
              {f.signed(movement.quantity)}
            </Text>
          </Group>
          <Text fz="sm" c="dimmed">
            {t('reverse.means', { quantity: f.signed(-movement.quantity) })}
          </Text>
          <Said texts={rest} />
          <TextInput label={t('action.reason')} value={reason} onChange={(event) => setReason(event.currentTarget.value)} error={at.reason} data-autofocus />
          <FormFoot pending={reverse.isPending} label={t('reverse.do')}>
            <Button variant="default" onClick={close}>
              {t('cancel')}
            </Button>
          </FormFoot>
        </Stack>
      </form>
    </Modal>
  )
}
