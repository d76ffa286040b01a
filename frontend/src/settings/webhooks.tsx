/** Webhooks: who is told what happens, and how that goes. */
import { ActionIcon, Button, Group, Menu, Modal, Stack, Switch, Text } from '@mantine/core'
import { IconDots, IconSend, IconWebhook } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { answerOf, api, type Schemas } from '~/api/client'
import { useCommand } from '~/api/command'
import { placed } from '~/api/problems'
import { tell } from '~/documents/steps'
import { useSpeech } from '~/i18n'
import { Word } from '~/ui/badges'
import { Empty, Said } from '~/ui/page'
import { DataTable, Pager, type Column } from '~/ui/table'
import { SettingsHead } from './parts'
import { EditWebhook, NewWebhook, RemoveWebhook, Replay, RotateWebhook } from './webhook-forms'

type Webhook = Schemas['WebhookData']

/** What somebody wants of a webhook; of none: another one. */
type Asked = { what: 'new' } | { what: 'log' | 'edit' | 'rotate' | 'remove'; of: Webhook } | { what: 'replay'; of: Webhook; after?: number }

export function Webhooks() {
  const { t, f } = useSpeech()
  const [asked, setAsked] = useState<Asked | null>(null)
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ['webhooks'],
    queryFn: ({ signal }) => answerOf(api.GET('/api/v1/operations/webhooks', { params: { query: { per_page: 100 } }, signal })),
  })
  const test = useCommand<number, { message: string }>({
    send: (id) => answerOf(api.POST('/api/v1/operations/webhooks/{webhook_id}/test', { params: { path: { webhook_id: id } } })) as Promise<{ message: string }>,
    touches: ['webhooks'],
    onDone: (answer) => tell(t('action.done'), answer.message),
  })
  const columns: Column<Webhook>[] = [
    {
      key: 'url',
      label: t('webhooks.address'),
      render: (row) => (
        <div style={{ minWidth: 180 }}>
          <Text inherit style={{ overflowWrap: 'anywhere' }}>
            {row.url}
          </Text>
          <Text fz="xs" c="dimmed">
            {[row.description, row.types?.join(', ') ?? t('webhooks.all_types')].filter(Boolean).join(' · ')}
          </Text>
        </div>
      ),
    },
    {
      key: 'state',
      label: t('product.status'),
      beside: true,
      render: (row) => <Word color={!row.is_active ? 'gray' : row.failures > 0 ? 'red' : 'pine'}>{!row.is_active ? t('webhooks.off') : row.failures > 0 ? t('webhooks.failing') : t('webhooks.on')}</Word>,
    },
    { key: 'delivered', label: t('webhooks.delivered'), whole: true, render: (row) => (row.delivered_at ? f.ago(row.delivered_at) : '–') },
    { key: 'error', label: t('webhooks.last_error'), render: (row) => row.disabled_reason ?? row.last_error ?? '–' },
    {
      key: 'do',
      label: '',
      number: true,
      render: (row) => (
        <Group gap={4} justify="flex-end" wrap="nowrap">
          <Button size="compact-sm" variant="subtle" onClick={() => setAsked({ what: 'log', of: row })}>
            {t('webhooks.log')}
          </Button>
          <Button size="compact-sm" variant="subtle" loading={test.isPending && test.variables === row.id} onClick={() => test.mutate(row.id)}>
            {t('webhooks.test')}
          </Button>
          <Menu position="bottom-end" width={220} withinPortal>
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" aria-label={t('webhooks.more', { url: row.url })}>
                <IconDots size={18} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => setAsked({ what: 'edit', of: row })}>{t('edit')}</Menu.Item>
              <Menu.Item onClick={() => setAsked({ what: 'replay', of: row })}>{t('webhooks.replay')}</Menu.Item>
              <Menu.Item onClick={() => setAsked({ what: 'rotate', of: row })}>{t('secrets.rotate')}</Menu.Item>
              <Menu.Item color="red" onClick={() => setAsked({ what: 'remove', of: row })}>
                {t('webhooks.remove')}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
      ),
    },
  ]
  return (
    <Stack>
      <SettingsHead lead={t('webhooks.lead')} label={t('webhooks.new')} make={() => setAsked({ what: 'new' })} />
      <Said texts={placed(test.error, []).rest} />
      <DataTable label={t('settings.webhooks')} columns={columns} rows={data?.data} rowKey={(row) => row.id} error={error} retry={() => void refetch()} isFetching={isFetching} empty={<Empty icon={IconWebhook} title={t('webhooks.none')} text={t('webhooks.none_text')} />} />
      {asked && <Answer asked={asked} ask={setAsked} />}
    </Stack>
  )
}

function Answer({ asked, ask }: { asked: Asked; ask(asked: Asked | null): void }) {
  const close = () => ask(null)
  switch (asked.what) {
    case 'new':
      return <NewWebhook close={close} />
    case 'edit':
      return <EditWebhook id={asked.of.id} close={close} />
    case 'replay':
      return <Replay of={asked.of} from={asked.after} close={close} />
    case 'rotate':
      return <RotateWebhook of={asked.of} close={close} />
    case 'remove':
      return <RemoveWebhook of={asked.of} close={close} />
    case 'log':
      return <Log webhook={asked.of} close={close} replay={(after) => ask({ what: 'replay', of: asked.of, after })} />
  }
}

function Log({ webhook, close, replay }: { webhook: Webhook; close(): void; replay(after: number): void }) {
  const { t, f } = useSpeech()
  const [page, setPage] = useState(1)
  const [failed, setFailed] = useState(false)
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ['webhooks', 'log', webhook.id, page, failed],
    queryFn: ({ signal }) =>
      answerOf(api.GET('/api/v1/operations/webhooks/{webhook_id}/deliveries', { params: { path: { webhook_id: webhook.id }, query: { page, per_page: 25, failed: failed || undefined } }, signal })),
  })
  const columns: Column<Schemas['DeliveryLogged']>[] = [
    { key: 'at', label: t('report.when'), whole: true, render: (row) => f.time(row.at) },
    { key: 'type', label: t('webhooks.event'), render: (row) => row.event_type },
    { key: 'attempt', label: t('webhooks.attempt'), number: true, render: (row) => f.number(row.attempt) },
    { key: 'status', label: t('product.status'), render: (row) => <Word color={row.status && row.status < 300 ? 'pine' : 'red'}>{String(row.status ?? row.error ?? '–')}</Word> },
    { key: 'ms', label: 'ms', number: true, render: (row) => f.number(row.duration_ms) },
    {
      key: 'do',
      label: '',
      number: true,
      render: ({ event_number }) =>
        event_number !== null && (
          <Button size="compact-sm" variant="subtle" onClick={() => replay(event_number - 1)}>
            {t('webhooks.from_here')}
          </Button>
        ),
    },
  ]
  return (
    <Modal opened onClose={close} title={<Text fw={650}>{webhook.url}</Text>} size="xl">
      <Stack>
        <Switch label={t('webhooks.failed_only')} checked={failed} onChange={(event) => setFailed(event.currentTarget.checked)} />
        <DataTable label={t('webhooks.log')} columns={columns} rows={data?.data} rowKey={(row) => row.id} error={error} retry={() => void refetch()} isFetching={isFetching} empty={<Empty icon={IconSend} title={t('webhooks.nothing_sent')} text={t('webhooks.nothing_sent_text')} />} foot={<Pager meta={data?.meta} onPage={setPage} />} />
      </Stack>
    </Modal>
  )
}
