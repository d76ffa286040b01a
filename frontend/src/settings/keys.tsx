/** Keys for machines: made, shown once, given another secret, ended. */
import { Alert, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core'
import { IconKey } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { answerOf, api, type Schemas } from '~/api/client'
import { useCommand } from '~/api/command'
import { placed } from '~/api/problems'
import { useSpeech, type MessageKey } from '~/i18n'
import { useMe } from '~/session/me'
import { Word } from '~/ui/badges'
import { ModalForm } from '~/ui/form'
import { Empty } from '~/ui/page'
import { WarehousesPicker, useWarehouseName } from '~/ui/pickers'
import { DataTable, type Column } from '~/ui/table'
import { Rotate, Secret, SettingsHead } from './parts'
import { ROLES } from './users'

type Key = Schemas['KeyData']

const isOver = (key: Key) => key.expires_at !== null && new Date(key.expires_at) <= new Date()

/** The last moment of a day, here; of no day, none. */
const endOf = (day: string) => (day ? new Date(`${day}T23:59:59`).toISOString() : null)

export function Keys() {
  const { t, f } = useSpeech()
  const warehouse = useWarehouseName()
  const [making, setMaking] = useState(false)
  const [rotated, setRotated] = useState<Key | null>(null)
  const [ended, setEnded] = useState<Key | null>(null)
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ['keys'],
    queryFn: ({ signal }) => answerOf(api.GET('/api/v1/operations/keys', { params: { query: { per_page: 200 } }, signal })),
  })
  const columns: Column<Key>[] = [
    {
      key: 'name',
      label: t('sign_in.name'),
      render: (row) => (
        <>
          <Text inherit fw={550}>
            {row.name}
          </Text>
          {row.warehouse_ids && (
            <Text fz="xs" c="dimmed">
              {row.warehouse_ids.map(warehouse).join(', ')}
            </Text>
          )}
        </>
      ),
    },
    { key: 'role', label: t('users.role'), render: (row) => (row.role ? t(`role.${row.role}` as MessageKey) : (row.scope ?? '–')) },
    { key: 'used', label: t('keys.last_used'), whole: true, render: (row) => (row.last_used_at ? f.ago(row.last_used_at) : t('keys.never')) },
    { key: 'ends', label: t('report.ends'), whole: true, render: (row) => f.time(row.expires_at) },
    {
      key: 'state',
      label: t('product.status'),
      beside: true,
      render: (row) => {
        if (row.revoked_at) return <Word color="gray">{t('keys.ended')}</Word>
        return isOver(row) ? <Word color="orange">{t('keys.expired')}</Word> : <Word color="pine">{t('keys.in_force')}</Word>
      },
    },
    {
      key: 'do',
      label: '',
      number: true,
      render: (row) =>
        row.revoked_at ? null : (
          <Group gap={4} justify="flex-end" wrap="nowrap">
            <Button size="compact-sm" variant="subtle" onClick={() => setRotated(row)} aria-label={t('secrets.rotate_of', { name: row.name })}>
              {t('secrets.rotate')}
            </Button>
            <Button size="compact-sm" variant="subtle" color="red" onClick={() => setEnded(row)} aria-label={t('keys.end_named', { name: row.name })}>
              {t('keys.end')}
            </Button>
          </Group>
        ),
    },
  ]
  return (
    <Stack>
      <SettingsHead lead={t('keys.lead')} label={t('keys.new')} make={() => setMaking(true)} />
      <DataTable label={t('settings.keys')} columns={columns} rows={data?.data} rowKey={(row) => row.id} error={error} retry={() => void refetch()} isFetching={isFetching} empty={<Empty icon={IconKey} title={t('keys.none')} text={t('keys.none_text')} />} />
      {making && <KeyForm close={() => setMaking(false)} />}
      {rotated && <RotateKey of={rotated} close={() => setRotated(null)} />}
      {ended && <EndKey of={ended} close={() => setEnded(null)} />}
    </Stack>
  )
}

function KeyForm({ close }: { close(): void }) {
  const { t } = useSpeech()
  const me = useMe()
  const [name, setName] = useState('')
  const [role, setRole] = useState<string>('clerk')
  const [where, setWhere] = useState<number[]>([])
  const [end, setEnd] = useState('')
  const [secret, setSecret] = useState<string | null>(null)
  const make = useCommand<Schemas['NewKeyBody'], { data: Schemas['KeyMade'] }>({
    send: (body) => answerOf(api.POST('/api/v1/operations/keys', { body })),
    touches: ['keys'],
    onDone: (answer) => setSecret(answer.data.secret),
  })
  if (secret) return <Secret title={name} means={t('keys.shown_once')} secret={secret} close={close} />
  const { at, rest } = placed(make.error, ['name', 'role', 'warehouse_ids', 'expires_at'])
  return (
    <ModalForm
      title={t('keys.new')}
      close={close}
      send={() => make.mutate({ name: name.trim(), role: role as Schemas['Role'], warehouse_ids: where.length > 0 ? where : null, expires_at: endOf(end) })}
      pending={make.isPending}
      disabled={!name.trim()}
      label={t('documents.create')}
      said={rest}
    >
      {me.kind === 'anonymous' && <Alert color="blue">{t('keys.closes')}</Alert>}
      <TextInput label={t('sign_in.name')} value={name} onChange={(event) => setName(event.currentTarget.value)} error={at.name} data-autofocus required />
      <Select
        label={t('users.role')}
        description={t(`role.${role}_means` as MessageKey)}
        data={ROLES.map((it) => ({ value: it, label: t(`role.${it}` as MessageKey) }))}
        value={role}
        onChange={(value) => value && setRole(value)}
        error={at.role}
        allowDeselect={false}
      />
      <WarehousesPicker value={where} onPick={setWhere} error={at.warehouse_ids} />
      <TextInput type="date" label={t('keys.good_until')} description={t('keys.no_end')} value={end} onChange={(event) => setEnd(event.currentTarget.value)} error={at.expires_at} />
    </ModalForm>
  )
}

function RotateKey({ of, close }: { of: Key; close(): void }) {
  const { t } = useSpeech()
  const before = of.expires_at?.slice(0, 10) ?? ''
  const [end, setEnd] = useState(before)
  return (
    <Rotate
      title={t('secrets.rotate_of', { name: of.name })}
      means={t('keys.rotate_means')}
      shownOnce={t('keys.shown_once')}
      touches={['keys']}
      rotate={(grace_seconds) =>
        // An end that was not touched stays to the second.
        answerOf(api.POST('/api/v1/operations/keys/{key_id}/rotate', { params: { path: { key_id: of.id } }, body: { grace_seconds, ...(end === before ? {} : { expires_at: endOf(end) }) } }))
      }
      close={close}
    >
      <TextInput type="date" label={t('keys.good_until')} description={t('keys.no_end')} value={end} onChange={(event) => setEnd(event.currentTarget.value)} />
    </Rotate>
  )
}

function EndKey({ of, close }: { of: Key; close(): void }) {
  const { t } = useSpeech()
  const end = useCommand<number, unknown>({
    send: (id) => answerOf(api.DELETE('/api/v1/operations/keys/{key_id}', { params: { path: { key_id: id } } })),
    touches: ['keys'],
    onDone: close,
  })
  return (
    <ModalForm title={t('keys.end_named', { name: of.name })} close={close} send={() => end.mutate(of.id)} pending={end.isPending} label={t('keys.end')} color="red" said={placed(end.error, []).rest}>
      <Text fz="sm">{t('keys.end_sure', { name: of.name })}</Text>
    </ModalForm>
  )
}
