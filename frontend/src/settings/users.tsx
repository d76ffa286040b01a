/** Users: who signs in, in which role, where. */
import { Button, PasswordInput, Select, Stack, Switch, Text, TextInput } from '@mantine/core'
import { IconUserPlus, IconUsers } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { answerOf, api, type Schemas } from '~/api/client'
import { useCommand } from '~/api/command'
import { placed } from '~/api/problems'
import { tell } from '~/documents/steps'
import { useSpeech, type MessageKey } from '~/i18n'
import { Word } from '~/ui/badges'
import { ModalForm } from '~/ui/form'
import { Empty } from '~/ui/page'
import { WarehousesPicker, useWarehouseName } from '~/ui/pickers'
import { DataTable, type Column } from '~/ui/table'
import { SettingsHead } from './parts'

type User = Schemas['UserData']
export const ROLES = ['viewer', 'clerk', 'counter', 'buyer', 'manager', 'admin'] as const

export function Users() {
  const { t, f } = useSpeech()
  const warehouse = useWarehouseName()
  const [edited, setEdited] = useState<User | 'new' | null>(null)
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ['users'],
    queryFn: ({ signal }) => answerOf(api.GET('/api/v1/operations/users', { params: { query: { per_page: 200 } }, signal })),
    placeholderData: keepPreviousData,
  })
  const columns: Column<User>[] = [
    {
      key: 'name',
      label: t('sign_in.name'),
      render: (row) => (
        <>
          <Text inherit fw={550}>
            {row.display_name ?? row.name}
          </Text>
          {row.display_name && (
            <Text fz="xs" c="dimmed">
              {row.name}
            </Text>
          )}
        </>
      ),
    },
    { key: 'role', label: t('users.role'), render: (row) => t(`role.${row.role}` as MessageKey) },
    { key: 'where', label: t('nav.warehouses'), render: (row) => (row.warehouse_ids === null ? t('products.all_warehouses') : row.warehouse_ids.map(warehouse).join(', ')) },
    { key: 'active', label: t('product.status'), beside: true, render: (row) => <Word color={row.is_active ? 'pine' : 'gray'}>{row.is_active ? t('users.active') : t('users.disabled')}</Word> },
    { key: 'updated', label: t('product.updated'), whole: true, render: (row) => f.ago(row.updated_at) },
    {
      key: 'edit',
      label: '',
      number: true,
      render: (row) => (
        <Button size="compact-sm" variant="subtle" onClick={() => setEdited(row)} aria-label={t('edit_named', { name: row.name })}>
          {t('edit')}
        </Button>
      ),
    },
  ]
  return (
    <Stack>
      <SettingsHead lead={t('users.lead')} label={t('users.new')} icon={IconUserPlus} make={() => setEdited('new')} />
      <DataTable
        label={t('settings.users')}
        columns={columns}
        rows={data?.data}
        rowKey={(row) => row.id}
        error={error}
        retry={() => void refetch()}
        isFetching={isFetching}
        empty={<Empty icon={IconUsers} title={t('users.none')} text={t('users.none_text')} />}
      />
      {edited && <UserForm user={edited === 'new' ? null : edited} close={() => setEdited(null)} />}
    </Stack>
  )
}

function UserForm({ user, close }: { user: User | null; close(): void }) {
  const { t } = useSpeech()
  const [name, setName] = useState('')
  const [shown, setShown] = useState(user?.display_name ?? '')
  const [role, setRole] = useState<string>(user?.role ?? 'clerk')
  const [where, setWhere] = useState<number[]>(user?.warehouse_ids ?? [])
  const [password, setPassword] = useState('')
  const [active, setActive] = useState(user?.is_active ?? true)
  const save = useCommand<null, { message: string }>({
    send: async () => {
      const rights = { role: role as User['role'], display_name: shown.trim() || null, warehouse_ids: where.length > 0 ? where : null }
      if (!user) return answerOf(api.POST('/api/v1/operations/users', { body: { name: name.trim(), password: password || null, ...rights } }))
      const path = { params: { path: { user_id: user.id } } }
      if (password) await answerOf(api.POST('/api/v1/operations/users/{user_id}/password', { ...path, body: { password } }))
      return answerOf(api.PATCH('/api/v1/operations/users/{user_id}', { ...path, body: { ...rights, is_active: active } }))
    },
    touches: ['users', 'me'],
    onDone(answer) {
      tell(t('action.done'), answer.message)
      close()
    },
  })
  const { at, rest } = placed(save.error, ['name', 'display_name', 'role', 'warehouse_ids', 'password'])
  return (
    <ModalForm title={user ? user.name : t('users.new')} close={close} send={() => save.mutate(null)} pending={save.isPending} disabled={!user && !name.trim()} said={rest}>
      {!user && <TextInput label={t('sign_in.name')} value={name} onChange={(event) => setName(event.currentTarget.value)} error={at.name} data-autofocus required autoComplete="off" />}
      <TextInput label={t('users.display_name')} value={shown} onChange={(event) => setShown(event.currentTarget.value)} error={at.display_name} />
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
      <PasswordInput
        label={user ? t('users.new_password') : t('sign_in.password')}
        description={user ? t('users.password_kept') : undefined}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        error={at.password}
        autoComplete="new-password"
      />
      {user && <Switch label={t('users.may_sign_in')} checked={active} onChange={(event) => setActive(event.currentTarget.checked)} />}
    </ModalForm>
  )
}
