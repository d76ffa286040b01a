/** Forms over one record: fields by name, faults at their fields, conflicts told. */
import { Alert, Button, Group } from '@mantine/core'
import { IconArrowsSplit2 } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { ApiProblem } from '~/api/problems'
import { useSpeech } from '~/i18n'

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

export function FormFoot({ children, pending, disabled, label }: { children?: ReactNode; pending: boolean; disabled?: boolean; label?: string }) {
  const { t } = useSpeech()
  return (
    <Group justify="flex-end">
      {children}
      <Button type="submit" loading={pending} disabled={disabled}>
        {label ?? t('save')}
      </Button>
    </Group>
  )
}
