/** What the lists of settings share: their head, a secret that is shown once, and giving another one. */
import { Alert, Button, Code, CopyButton, Group, Select, Stack, Text } from '@mantine/core'
import { IconPlus, type Icon } from '@tabler/icons-react'
import { useState, type ReactNode } from 'react'
import { useCommand } from '~/api/command'
import { placed } from '~/api/problems'
import { useSpeech } from '~/i18n'
import { ModalForm } from '~/ui/form'
import { Modal } from '~/ui/modal'

interface HeadProps {
  lead: string
  label: string
  icon?: Icon
  make(): void
}

export function SettingsHead({ lead, label, icon: Picture = IconPlus, make }: HeadProps) {
  return (
    <Group justify="space-between">
      <Text c="dimmed">{lead}</Text>
      <Button leftSection={<Picture size={16} />} onClick={make}>
        {label}
      </Button>
    </Group>
  )
}

/** A secret, which is told now and never again. */
export function Secret({ title, means, secret, close }: { title: string; means: string; secret: string; close(): void }) {
  const { t } = useSpeech()
  return (
    // Nothing but its buttons closes it: what is gone cannot be shown again.
    <Modal opened onClose={close} title={<Text fw={650}>{title}</Text>} closeOnClickOutside={false} closeOnEscape={false}>
      <Stack>
        <Alert color="yellow">{means}</Alert>
        <Code block style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
          {secret}
        </Code>
        <Group justify="flex-end">
          <CopyButton value={secret}>{({ copied, copy }) => <Button onClick={copy}>{copied ? t('copied') : t('copy')}</Button>}</CopyButton>
          <Button variant="default" onClick={close}>
            {t('close')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

const HOUR_S = 3_600
const GRACES_S = [0, HOUR_S, 24 * HOUR_S, 7 * 24 * HOUR_S]

interface RotateProps {
  title: string
  /** What becomes of the old secret, and what is said with the new one. */
  means: string
  shownOnce: string
  touches: string[]
  rotate(graceSeconds: number): Promise<{ data: { secret: string | null } }>
  close(): void
  children?: ReactNode
}

/** Another secret for a key or a webhook; the old one works on for a while, or not at all. */
export function Rotate({ title, means, shownOnce, touches, rotate, close, children }: RotateProps) {
  const { t } = useSpeech()
  const [grace, setGrace] = useState(24 * HOUR_S)
  const [secret, setSecret] = useState<string | null>(null)
  const send = useCommand<number, { data: { secret: string | null } }>({ send: rotate, touches, onDone: (answer) => (answer.data.secret ? setSecret(answer.data.secret) : close()) })
  if (secret) return <Secret title={title} means={shownOnce} secret={secret} close={close} />
  const told = (seconds: number) => (seconds === 0 ? t('secrets.at_once') : seconds === HOUR_S ? t('secrets.hour') : t('days', { count: seconds / (24 * HOUR_S) }))
  return (
    <ModalForm title={title} close={close} send={() => send.mutate(grace)} pending={send.isPending} said={placed(send.error, []).rest} label={t('secrets.rotate')}>
      <Text fz="sm">{means}</Text>
      <Select
        label={t('secrets.grace')}
        data={GRACES_S.map((it) => ({ value: String(it), label: told(it) }))}
        value={String(grace)}
        onChange={(value) => value !== null && setGrace(Number(value))}
        allowDeselect={false}
        data-autofocus
      />
      {children}
    </ModalForm>
  )
}
