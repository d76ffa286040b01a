/** Oneself: where one is signed in, and one's password. */
import { Alert, Button, Group, PasswordInput, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { answerOf, api, type Schemas } from '~/api/client'
import { useCommand } from '~/api/command'
import { placed } from '~/api/problems'
import { tell } from '~/documents/steps'
import { useSpeech, type MessageKey } from '~/i18n'
import { useMe } from '~/session/me'
import { Word } from '~/ui/badges'
import { FormFoot } from '~/ui/form'
import { Card, Facts, Said } from '~/ui/page'
import { useWarehouseName } from '~/ui/pickers'
import { deviceOf } from './devices'

export function Account() {
  const { t, f } = useSpeech()
  const me = useMe()
  const warehouse = useWarehouseName()
  const sessions = useQuery({
    queryKey: ['me', 'sessions'],
    enabled: me.session !== null,
    queryFn: async ({ signal }) => (await answerOf(api.GET('/api/v1/operations/me/sessions', { signal }))).data,
  })
  const end = useCommand<number, { message: string }>({
    send: (id) => answerOf(api.DELETE('/api/v1/operations/me/sessions/{session_id}', { params: { path: { session_id: id } } })) as Promise<{ message: string }>,
    touches: ['me'],
  })
  return (
    <Stack gap="lg" maw={720}>
      {me.kind === 'anonymous' && (
        <Alert color="yellow" title={t('shell.open_server')}>
          {t('account.open_means')}
        </Alert>
      )}
      <Card title={t('account.you')}>
        <Facts
          rows={[
            [t('sign_in.name'), me.kind === 'anonymous' ? t('shell.everybody') : (me.display_name ?? me.name)],
            [t('users.role'), me.role ? t(`role.${me.role}` as MessageKey) : '–'],
            [t('nav.warehouses'), me.warehouse_ids === null ? t('products.all_warehouses') : me.warehouse_ids.map(warehouse).join(', ')],
          ]}
        />
      </Card>
      {sessions.data && (
        <Card title={t('account.sessions')}>
          <Stack>
            {sessions.data.map((it) => (
              <Group key={it.id} justify="space-between" wrap="nowrap">
                <div style={{ minWidth: 0 }}>
                  <Text fz="sm" truncate title={it.user_agent ?? undefined}>
                    {it.user_agent ? deviceOf(it.user_agent) : '–'}
                  </Text>
                  <Text fz="xs" c="dimmed">
                    {it.address} · {f.ago(it.seen_at)}
                  </Text>
                </div>
                {it.is_this_one ? (
                  <Word color="pine">{t('account.this_one')}</Word>
                ) : (
                  <Button size="compact-sm" variant="subtle" color="red" flex="none" onClick={() => end.mutate(it.id)}>
                    {t('account.end')}
                  </Button>
                )}
              </Group>
            ))}
          </Stack>
        </Card>
      )}
      {me.session && <PasswordForm />}
    </Stack>
  )
}

function PasswordForm() {
  const { t } = useSpeech()
  const [current, setCurrent] = useState('')
  const [wanted, setWanted] = useState('')
  const change = useCommand<Schemas['NewPassword'], { message: string }>({
    send: (body) => answerOf(api.POST('/api/v1/operations/me/password', { body })),
    touches: ['me'],
    onDone(answer) {
      setCurrent('')
      setWanted('')
      tell(t('action.done'), answer.message)
    },
  })
  const { at, rest } = placed(change.error, ['current_password', 'new_password'])
  function submit(event: FormEvent) {
    event.preventDefault()
    change.mutate({ current_password: current, new_password: wanted })
  }
  return (
    <Card title={t('account.password')}>
      <form onSubmit={submit} noValidate>
        <Stack maw={360}>
          <Said texts={rest} />
          <PasswordInput label={t('account.current')} value={current} onChange={(event) => setCurrent(event.currentTarget.value)} error={at.current_password} autoComplete="current-password" />
          <PasswordInput label={t('users.new_password')} value={wanted} onChange={(event) => setWanted(event.currentTarget.value)} error={at.new_password} autoComplete="new-password" />
          <FormFoot pending={change.isPending} disabled={!current || !wanted} />
        </Stack>
      </form>
    </Card>
  )
}
