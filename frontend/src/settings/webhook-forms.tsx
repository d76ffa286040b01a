/** A webhook made, changed, sent its events again, given another secret, removed. */
import { Loader, NumberInput, SegmentedControl, Switch, Text, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { answerOf, api, type Schemas } from '~/api/client'
import { useCommand } from '~/api/command'
import { ApiProblem, placed } from '~/api/problems'
import { tell } from '~/documents/steps'
import { useSpeech } from '~/i18n'
import { Conflict, ModalForm } from '~/ui/form'
import { Failure } from '~/ui/page'
import { WarehousesPicker } from '~/ui/pickers'
import { nextEvent, numberBefore, type Numbered } from './numbers'
import { Rotate, Secret } from './parts'

type Webhook = Schemas['WebhookData']
type Types = Schemas['WebhookChanges']['types']

interface Fields {
  url: string
  description: string | null
  types: string[] | null
  warehouse_ids: number[] | null
  is_active: boolean
}

const BLANK: Fields = { url: '', description: null, types: null, warehouse_ids: null, is_active: true }
/** Whatever types are typed go to the API, which says what it does not know. */
const bodyOf = (fields: Fields) => ({ ...fields, types: fields.types as Types })
const NAMES = ['url', 'description', 'types', 'warehouse_ids', 'is_active']

export function NewWebhook({ close }: { close(): void }) {
  const { t } = useSpeech()
  const make = useCommand<Fields, { data: Schemas['WebhookMade'] }>({
    send: (fields) => answerOf(api.POST('/api/v1/operations/webhooks', { body: bodyOf(fields) })),
    touches: ['webhooks'],
  })
  const secret = make.data?.data.secret
  if (secret) return <Secret title={t('webhooks.new')} means={t('webhooks.secret_once')} secret={secret} close={close} />
  return <WebhookForm title={t('webhooks.new')} label={t('documents.create')} first={BLANK} error={make.error} pending={make.isPending} send={make.mutate} close={close} />
}

export function EditWebhook({ id, close }: { id: number; close(): void }) {
  const { t } = useSpeech()
  const queries = useQueryClient()
  const path = { params: { path: { webhook_id: id } } }
  const key = ['webhooks', 'one', id]
  const { data, error } = useQuery({
    queryKey: key,
    refetchOnWindowFocus: false,
    queryFn: async () => {
      const asked = await api.GET('/api/v1/operations/webhooks/{webhook_id}', path)
      return { webhook: (await answerOf(Promise.resolve(asked))).data, etag: asked.response.headers.get('etag') }
    },
  })
  const save = useCommand<Fields, { message: string }>({
    send: (fields) => answerOf(api.PATCH('/api/v1/operations/webhooks/{webhook_id}', { ...path, body: bodyOf(fields), headers: data?.etag ? { 'If-Match': data.etag } : {} })),
    touches: ['webhooks'],
    onDone(answer) {
      tell(t('action.done'), answer.message)
      close()
    },
  })
  if (error) return <Failure error={error} />
  if (!data) return <Loader />
  const reload = () => {
    save.reset()
    void queries.resetQueries({ queryKey: key })
  }
  return <WebhookForm key={data.etag} title={data.webhook.url} first={data.webhook} error={save.error} pending={save.isPending} send={save.mutate} close={close} reload={reload} />
}

interface FormProps {
  title: string
  label?: string
  first: Fields
  error: unknown
  pending: boolean
  send(fields: Fields): void
  close(): void
  reload?(): void
}

function WebhookForm({ title, label, first, error, pending, send, close, reload }: FormProps) {
  const { t } = useSpeech()
  const [url, setUrl] = useState(first.url)
  const [description, setDescription] = useState(first.description ?? '')
  const [types, setTypes] = useState(first.types?.join(', ') ?? '')
  const [where, setWhere] = useState(first.warehouse_ids ?? [])
  const [active, setActive] = useState(first.is_active)
  const { at, rest } = placed(error, NAMES)
  const isStale = error instanceof ApiProblem && error.status === 412
  const wanted = types.split(/[\s,]+/).filter(Boolean)
  return (
    <ModalForm
      title={title}
      label={label}
      close={close}
      send={() => send({ url: url.trim(), description: description.trim() || null, types: wanted.length > 0 ? wanted : null, warehouse_ids: where.length > 0 ? where : null, is_active: active })}
      pending={pending}
      disabled={!url.trim()}
      said={isStale ? [] : rest}
    >
      {reload && <Conflict error={error} reload={reload} />}
      <TextInput type="url" label={t('webhooks.address')} value={url} onChange={(event) => setUrl(event.currentTarget.value)} error={at.url} data-autofocus required />
      <TextInput label={t('product.description')} value={description} onChange={(event) => setDescription(event.currentTarget.value)} error={at.description} />
      <TextInput label={t('webhooks.types')} description={t('webhooks.types_means')} value={types} onChange={(event) => setTypes(event.currentTarget.value)} error={at.types} />
      <WarehousesPicker value={where} onPick={setWhere} error={at.warehouse_ids} />
      <Switch label={t('webhooks.is_active')} description={t('webhooks.is_active_means')} checked={active} onChange={(event) => setActive(event.currentTarget.checked)} error={at.is_active} />
    </ModalForm>
  )
}

interface ReplayProps {
  of: Webhook
  /** The number to begin after, where it is known. */
  from?: number
  close(): void
}

/** First it is looked which event that is, then it is sent from there on. */
export function Replay({ of, from, close }: ReplayProps) {
  const { t, f } = useSpeech()
  const [by, setBy] = useState<'number' | 'moment'>('number')
  const [number, setNumber] = useState<number | ''>(from ?? of.position)
  const [moment, setMoment] = useState('')
  const look = useCommand<null, { after: number; next: Numbered | null }>({
    send: async () => {
      const after = by === 'number' ? Number(number) : await numberBefore(new Date(moment), nextEvent)
      return { after, next: await nextEvent(after) }
    },
    touches: [],
  })
  const replay = useCommand<number, { message: string }>({
    send: (after) => answerOf(api.POST('/api/v1/operations/webhooks/{webhook_id}/replay', { params: { path: { webhook_id: of.id }, query: { after } } })),
    touches: ['webhooks'],
    onDone(answer) {
      tell(t('action.done'), answer.message)
      close()
    },
  })
  const found = look.data
  const { at, rest } = placed(replay.error ?? look.error, ['after'])
  const change = () => {
    look.reset()
    replay.reset()
  }
  return (
    <ModalForm
      title={t('webhooks.replay')}
      close={close}
      send={() => (found ? replay.mutate(found.after) : look.mutate(null))}
      pending={look.isPending || replay.isPending}
      disabled={by === 'number' ? number === '' : !moment}
      label={found ? t('webhooks.do_replay') : t('import.look')}
      said={rest}
    >
      <Text fz="sm">{t('webhooks.replay_means', { number: f.number(of.position) })}</Text>
      <SegmentedControl
        aria-label={t('webhooks.replay')}
        data={[
          { value: 'number', label: t('webhooks.by_number') },
          { value: 'moment', label: t('webhooks.by_moment') },
        ]}
        value={by}
        onChange={(value) => {
          change()
          setBy(value as typeof by)
        }}
      />
      {by === 'number' ? (
        <NumberInput
          label={t('webhooks.after_number')}
          value={number}
          onChange={(value) => {
            change()
            setNumber(typeof value === 'number' ? value : '')
          }}
          allowDecimal={false}
          allowNegative={false}
          error={at.after}
          data-autofocus
        />
      ) : (
        <TextInput
          type="datetime-local"
          label={t('webhooks.since_moment')}
          value={moment}
          onChange={(event) => {
            change()
            setMoment(event.currentTarget.value)
          }}
          error={at.after}
        />
      )}
      {found && (
        <Text fz="sm" role="status">
          {found.next ? t('webhooks.goes_on_with', { number: f.number(found.next.number), type: found.next.type, time: f.time(found.next.time) }) : t('webhooks.goes_on_with_new')}{' '}
          {found.after < of.position && t('webhooks.sent_again', { count: of.position - found.after })}
          {found.after > of.position && t('webhooks.passed_over', { count: found.after - of.position })}
        </Text>
      )}
    </ModalForm>
  )
}

export function RotateWebhook({ of, close }: { of: Webhook; close(): void }) {
  const { t } = useSpeech()
  return (
    <Rotate
      title={t('secrets.rotate_of', { name: of.url })}
      means={t('webhooks.rotate_means')}
      shownOnce={t('webhooks.secret_once')}
      touches={['webhooks']}
      rotate={(grace_seconds) => answerOf(api.POST('/api/v1/operations/webhooks/{webhook_id}/secret', { params: { path: { webhook_id: of.id } }, body: { grace_seconds } }))}
      close={close}
    />
  )
}

export function RemoveWebhook({ of, close }: { of: Webhook; close(): void }) {
  const { t } = useSpeech()
  const remove = useCommand<number, unknown>({
    send: (id) => answerOf(api.DELETE('/api/v1/operations/webhooks/{webhook_id}', { params: { path: { webhook_id: id } } })),
    touches: ['webhooks'],
    onDone: close,
  })
  return (
    <ModalForm title={t('webhooks.remove')} close={close} send={() => remove.mutate(of.id)} pending={remove.isPending} label={t('webhooks.remove')} color="red" said={placed(remove.error, []).rest}>
      <Text fz="sm">{t('webhooks.remove_sure', { url: of.url })}</Text>
    </ModalForm>
  )
}
