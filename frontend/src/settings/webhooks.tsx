/** Webhooks: who is told what happens, and how that goes. */
import { Alert, Button, Code, Group, Modal, Stack, Switch, Text, TextInput } from '@mantine/core'
import { IconPlus, IconWebhook } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { answerOf, api, type Schemas } from '~/api/client'
import { useCommand } from '~/api/command'
import { placed } from '~/api/problems'
import { tell } from '~/documents/steps'
import { useSpeech } from '~/i18n'
import { Word } from '~/ui/badges'
import { FormFoot } from '~/ui/form'
import { Empty, Said } from '~/ui/page'
import { DataTable, Pager, type Column } from '~/ui/table'

type Webhook = Schemas['WebhookData']

export function Webhooks() {
  const { t, f } = useSpeech()
  const [making, setMaking] = useState(false)
  const [looked, setLooked] = useState<Webhook | null>(null)
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
        <>
          <Text inherit style={{ overflowWrap: 'anywhere' }}>
            {row.url}
          </Text>
          <Text fz="xs" c="dimmed">
            {row.description ?? (row.types?.join(', ') || t('webhooks.all_types'))}
          </Text>
        </>
      ),
    },
    {
      key: 'state',
      label: t('product.status'),
      render: (row) => <Word color={!row.is_active ? 'gray' : row.failures > 0 ? 'red' : 'pine'}>{!row.is_active ? t('webhooks.off') : row.failures > 0 ? t('webhooks.failing') : t('webhooks.on')}</Word>,
    },
    { key: 'delivered', label: t('webhooks.delivered'), render: (row) => (row.delivered_at ? f.ago(row.delivered_at) : '–') },
    { key: 'error', label: t('webhooks.last_error'), render: (row) => row.last_error ?? '–' },
    {
      key: 'do',
      label: '',
      number: true,
      render: (row) => (
        <Group gap={4} justify="flex-end" wrap="nowrap">
          <Button size="compact-sm" variant="subtle" onClick={() => setLooked(row)}>
            {t('webhooks.log')}
          </Button>
          <Button size="compact-sm" variant="subtle" loading={test.isPending && test.variables === row.id} onClick={() => test.mutate(row.id)}>
            {t('webhooks.test')}
          </Button>
        </Group>
      ),
    },
  ]
  return (
    <Stack>
      <Group justify="space-between">
        <Text c="dimmed">{t('webhooks.lead')}</Text>
        <Button leftSection={<IconPlus size={16} />} onClick={() => setMaking(true)}>
          {t('webhooks.new')}
        </Button>
      </Group>
      <Said texts={placed(test.error, []).rest} />
      <DataTable label={t('settings.webhooks')} columns={columns} rows={data?.data} rowKey={(row) => row.id} error={error} retry={() => void refetch()} isFetching={isFetching} empty={<Empty icon={IconWebhook} title={t('webhooks.none')} text={t('webhooks.none_text')} />} />
      {making && <WebhookForm close={() => setMaking(false)} />}
      {looked && <Log webhook={looked} close={() => setLooked(null)} />}
    </Stack>
  )
}

function WebhookForm({ close }: { close(): void }) {
  const { t } = useSpeech()
  const [url, setUrl] = useState('')
  const [types, setTypes] = useState('')
  const [secret, setSecret] = useState<string | null>(null)
  const make = useCommand<Schemas['NewWebhook'], { data: Schemas['WebhookMade'] }>({
    send: (body) => answerOf(api.POST('/api/v1/operations/webhooks', { body })),
    touches: ['webhooks'],
    onDone: (answer) => (answer.data.secret ? setSecret(answer.data.secret) : close()),
  })
  const { at, rest } = placed(make.error, ['url', 'types'])
  function submit(event: FormEvent) {
    event.preventDefault()
    const wanted = types.split(/[\s,]+/).filter(Boolean)
    make.mutate({ url: url.trim(), types: wanted.length > 0 ? wanted : null })
  }
  return (
    <Modal opened onClose={close} title={<Text fw={650}>{t('webhooks.new')}</Text>}>
      {secret ? (
        <Stack>
          <Alert color="yellow">{t('webhooks.secret_once')}</Alert>
          <Code block style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
            {secret}
          </Code>
          <Group justify="flex-end">
            <Button onClick={close}>{t('close')}</Button>
          </Group>
        </Stack>
      ) : (
        <form onSubmit={submit} noValidate>
          <Stack>
            <Said texts={rest} />
            <TextInput type="url" label={t('webhooks.address')} value={url} onChange={(event) => setUrl(event.currentTarget.value)} error={at.url} data-autofocus required />
            <TextInput label={t('webhooks.types')} description={t('webhooks.types_means')} value={types} onChange={(event) => setTypes(event.currentTarget.value)} error={at.types} />
            <FormFoot pending={make.isPending} disabled={!url.trim()} label={t('documents.create')}>
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

function Log({ webhook, close }: { webhook: Webhook; close(): void }) {
  const { t, f } = useSpeech()
  const [page, setPage] = useState(1)
  const [failed, setFailed] = useState(false)
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ['webhooks', 'log', webhook.id, page, failed],
    queryFn: ({ signal }) =>
      answerOf(api.GET('/api/v1/operations/webhooks/{webhook_id}/deliveries', { params: { path: { webhook_id: webhook.id }, query: { page, per_page: 25, failed: failed || undefined } }, signal })),
  })
  const columns: Column<Schemas['DeliveryLogged']>[] = [
    { key: 'at', label: t('report.when'), render: (row) => f.time(row.at) },
    { key: 'type', label: t('webhooks.event'), render: (row) => row.event_type },
    { key: 'attempt', label: t('webhooks.attempt'), number: true, render: (row) => f.number(row.attempt) },
    { key: 'status', label: t('product.status'), render: (row) => <Word color={row.status && row.status < 300 ? 'pine' : 'red'}>{String(row.status ?? row.error ?? '–')}</Word> },
    { key: 'ms', label: 'ms', number: true, render: (row) => f.number(row.duration_ms) },
  ]
  return (
    <Modal opened onClose={close} title={<Text fw={650}>{webhook.url}</Text>} size="xl">
      <Stack>
        <Switch label={t('webhooks.failed_only')} checked={failed} onChange={(event) => setFailed(event.currentTarget.checked)} />
        <DataTable label={t('webhooks.log')} columns={columns} rows={data?.data} rowKey={(row) => row.id} error={error} retry={() => void refetch()} isFetching={isFetching} empty={<Empty title={t('webhooks.nothing_sent')} />} foot={<Pager meta={data?.meta} onPage={setPage} />} />
      </Stack>
    </Modal>
  )
}
