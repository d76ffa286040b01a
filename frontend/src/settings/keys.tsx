/** Keys for machines: made, shown once, ended. */
import { Alert, Button, Code, CopyButton, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core'
import { IconKey, IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { answerOf, api, type Schemas } from '~/api/client'
import { useCommand } from '~/api/command'
import { placed } from '~/api/problems'
import { useSpeech, type MessageKey } from '~/i18n'
import { Word } from '~/ui/badges'
import { FormFoot } from '~/ui/form'
import { Empty, Said } from '~/ui/page'
import { DataTable, type Column } from '~/ui/table'
import { ROLES } from './users'

type Key = Schemas['KeyData']

export function Keys() {
  const { t, f } = useSpeech()
  const [making, setMaking] = useState(false)
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ['keys'],
    queryFn: ({ signal }) => answerOf(api.GET('/api/v1/operations/keys', { params: { query: { per_page: 200 } }, signal })),
  })
  const end = useCommand<number, unknown>({
    send: (id) => answerOf(api.DELETE('/api/v1/operations/keys/{key_id}', { params: { path: { key_id: id } } })),
    touches: ['keys'],
  })
  const columns: Column<Key>[] = [
    { key: 'name', label: t('sign_in.name'), render: (row) => <Text inherit fw={550}>{row.name}</Text> },
    { key: 'role', label: t('users.role'), render: (row) => (row.role ? t(`role.${row.role}` as MessageKey) : (row.scope ?? '–')) },
    { key: 'used', label: t('keys.last_used'), render: (row) => (row.last_used_at ? f.ago(row.last_used_at) : t('keys.never')) },
    { key: 'ends', label: t('report.ends'), render: (row) => f.time(row.expires_at) },
    { key: 'state', label: t('product.status'), render: (row) => <Word color={row.revoked_at ? 'gray' : 'pine'}>{row.revoked_at ? t('keys.ended') : t('keys.in_force')}</Word> },
    {
      key: 'end',
      label: '',
      number: true,
      render: (row) =>
        row.revoked_at ? null : (
          <Button size="compact-sm" variant="subtle" color="red" onClick={() => window.confirm(t('keys.end_sure', { name: row.name })) && end.mutate(row.id)} aria-label={t('keys.end_named', { name: row.name })}>
            {t('keys.end')}
          </Button>
        ),
    },
  ]
  return (
    <Stack>
      <Group justify="space-between">
        <Text c="dimmed">{t('keys.lead')}</Text>
        <Button leftSection={<IconPlus size={16} />} onClick={() => setMaking(true)}>
          {t('keys.new')}
        </Button>
      </Group>
      <DataTable label={t('settings.keys')} columns={columns} rows={data?.data} rowKey={(row) => row.id} error={error} retry={() => void refetch()} isFetching={isFetching} empty={<Empty icon={IconKey} title={t('keys.none')} text={t('keys.none_text')} />} />
      {making && <KeyForm close={() => setMaking(false)} />}
    </Stack>
  )
}

function KeyForm({ close }: { close(): void }) {
  const { t } = useSpeech()
  const [name, setName] = useState('')
  const [role, setRole] = useState<string>('clerk')
  const [secret, setSecret] = useState<string | null>(null)
  const make = useCommand<Schemas['NewKeyBody'], { data: Schemas['KeyMade'] }>({
    send: (body) => answerOf(api.POST('/api/v1/operations/keys', { body })),
    touches: ['keys'],
    onDone: (answer) => setSecret(answer.data.secret),
  })
  const { at, rest } = placed(make.error, ['name', 'role'])
  function submit(event: FormEvent) {
    event.preventDefault()
    make.mutate({ name, role: role as Schemas['Role'] })
  }
  return (
    <Modal opened onClose={close} title={<Text fw={650}>{t('keys.new')}</Text>}>
      {secret ? (
        <Stack>
          <Alert color="yellow">{t('keys.shown_once')}</Alert>
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
      ) : (
        <form onSubmit={submit} noValidate>
          <Stack>
            <Said texts={rest} />
            <Alert color="blue">{t('keys.closes')}</Alert>
            <TextInput label={t('sign_in.name')} value={name} onChange={(event) => setName(event.currentTarget.value)} error={at.name} data-autofocus required />
            <Select label={t('users.role')} data={ROLES.map((it) => ({ value: it, label: t(`role.${it}` as MessageKey) }))} value={role} onChange={(value) => value && setRole(value)} error={at.role} allowDeselect={false} />
            <FormFoot pending={make.isPending} disabled={!name.trim()} label={t('documents.create')}>
              <Button variant="default" onClick={close}>
                {t('cancel')}
              </Button>
            </FormFoot>
          </Stack>
        </form>
      )}
    </Modal>
  )
}
