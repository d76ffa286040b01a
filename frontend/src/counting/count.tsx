/** One count: the sheet while it is counted, what differs once it is reviewed. */
import { Button, Grid, Group, NumberInput, Stack, Table, Text, TextInput } from '@mantine/core'
import { IconChecklist } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { answerOf, api, type Schemas } from '~/api/client'
import { useCommand } from '~/api/command'
import { ApiProblem, placed } from '~/api/problems'
import { DocumentHistory } from '~/documents/history'
import { LifeCycle } from '~/documents/life-cycle'
import { One } from '~/documents/one'
import { Steps, tell, type StepOption } from '~/documents/steps'
import { useSpeech } from '~/i18n'
import { useMay, useMe } from '~/session/me'
import { DocumentState, Word } from '~/ui/badges'
import { To } from '~/ui/link'
import { Back, Card, Empty, Failure, Figures, Loading, Page, Said, Sku } from '~/ui/page'
import { Pdf } from '~/ui/pdf'
import { useWarehouseName } from '~/ui/pickers'

type Whole = Schemas['CountWhole']
const WAY = ['draft', 'counting', 'review', 'posted']
const STEPS: StepOption[] = [
  { event: 'approve', needs: 'counts.approve' },
  { event: 'start', needs: 'counts.write' },
  { event: 'submit', needs: 'counts.write' },
  { event: 'cancel', needs: 'counts.write', asks: 'reason', color: 'red' },
]
const TOUCHES = ['counts']

function take(id: number, event: string, reason: string | undefined, key: string): Promise<{ message: string }> {
  const rest = { params: { path: { count_id: id } }, headers: { 'Idempotency-Key': key } }
  if (event === 'start') return answerOf(api.POST('/api/v1/operations/counts/{count_id}/start', { ...rest, body: {} }))
  if (event === 'submit') return answerOf(api.POST('/api/v1/operations/counts/{count_id}/submit', { ...rest, body: {} }))
  if (event === 'approve') return answerOf(api.POST('/api/v1/operations/counts/{count_id}/approve', { ...rest, body: {} }))
  return answerOf(api.POST('/api/v1/operations/counts/{count_id}/cancel', { ...rest, body: { reason: reason ?? '' } }))
}

export function Count() {
  const { t } = useSpeech()
  const { countId } = useParams({ strict: false })
  const id = Number(countId)
  const answer = useQuery({
    queryKey: ['counts', 'one', id],
    queryFn: async ({ signal }) => (await answerOf(api.GET('/api/v1/operations/counts/{count_id}', { params: { path: { count_id: id } }, signal }))).data,
  })
  return (
    <One answer={answer} title={t('count.number', { id })} list={{ to: '/counts', label: t('nav.counts') }}>
      {(data) => <Shown count={data} />}
    </One>
  )
}

function Shown({ count }: { count: Whole }) {
  const { t } = useSpeech()
  const may = useMay()
  const warehouse = useWarehouseName()
  return (
    <Page
      title={t('count.number', { id: count.id })}
      above={<Back to="/counts">{t('nav.counts')}</Back>}
      lead={
        <Group gap="sm" mt={2}>
          <DocumentState state={count.state} />
          <span>{warehouse(count.warehouse_id)}</span>
          {count.reference && <span>· {count.reference}</span>}
        </Group>
      }
      actions={
        <>
          <Pdf href={`/api/v1/operations/counts/${count.id}/sheet/pdf`} label={t('count.sheet_pdf')} />
          {may('counts.review') && count.state !== 'draft' && <Pdf href={`/api/v1/operations/counts/${count.id}/variance/pdf`} label={t('count.variance_pdf')} />}
          <Steps options={STEPS} possible={count.possible} take={(event, reason, key) => take(count.id, event, reason, key)} touches={TOUCHES} />
        </>
      }
    >
      <LifeCycle main={WAY} state={count.state} history={count.history} />
      <Grid gap="lg" align="flex-start">
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <Stack gap="lg">
            {count.state === 'draft' && (
              <Card>
                <Empty icon={IconChecklist} title={t('count.not_begun')} text={t('count.not_begun_text')} />
              </Card>
            )}
            {count.state === 'counting' && may('counts.record') && <Sheet countId={count.id} />}
            {may('counts.review') && count.state !== 'draft' && <Variance countId={count.id} />}
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <DocumentHistory steps={count.history} />
        </Grid.Col>
      </Grid>
    </Page>
  )
}

/** The blind sheet: what to count, never how much there should be. */
export function Sheet({ countId }: { countId: number }) {
  const { t, f } = useSpeech()
  const me = useMe()
  const [counter, setCounter] = useState(me.display_name ?? (me.kind === 'user' ? me.name : ''))
  const [quantities, setQuantities] = useState<Record<number, number | ''>>({})
  const { data, error, refetch } = useQuery({
    queryKey: ['counts', 'sheet', countId],
    queryFn: async ({ signal }) => (await answerOf(api.GET('/api/v1/operations/counts/{count_id}/sheet', { params: { path: { count_id: countId }, query: {} }, signal }))).data,
  })
  const record = useCommand<Schemas['CountRecording'], { message: string }>({
    send: (body, key) => answerOf(api.POST('/api/v1/operations/counts/{count_id}/record', { params: { path: { count_id: countId } }, headers: { 'Idempotency-Key': key }, body })),
    touches: TOUCHES,
    onDone(answer) {
      setQuantities({})
      tell(t('action.done'), answer.message)
    },
  })
  if (error) return <Failure error={error} retry={() => void refetch()} />
  if (!data) return <Loading lines={6} />
  const entered = Object.entries(quantities).filter((it): it is [string, number] => typeof it[1] === 'number')
  const { at, rest } = placed(record.error, ['counted_by'])
  const left = data.lines.filter((it) => !it.is_counted || it.is_recount).length
  function send(event: FormEvent) {
    event.preventDefault()
    if (entered.length > 0 && !record.isPending) record.mutate({ counted_by: counter.trim() || undefined, lines: entered.map(([id, quantity]) => ({ product_id: Number(id), quantity })) })
  }
  return (
    <Card title={t('count.sheet')} side={<Text fz="sm" c="dimmed">{t('count.left', { count: left })}</Text>}>
      <form onSubmit={send}>
        <Stack>
          <Said texts={[...rest, ...(record.error && !(record.error instanceof ApiProblem) ? [t('action.lost')] : [])]} />
          <TextInput label={t('action.counter')} value={counter} onChange={(event) => setCounter(event.currentTarget.value)} error={at.counted_by} maw={320} />
          <Stack gap={0}>
            {data.lines.map((line) => (
              <Group key={line.line} justify="space-between" wrap="nowrap" py={8} style={{ borderTop: '1px solid var(--app-line)' }}>
                <div style={{ minWidth: 0 }}>
                  <Text fz="sm" fw={550}>
                    {line.name}
                  </Text>
                  <Group gap={8}>
                    <Sku>{line.sku}</Sku>
                    {line.is_recount ? <Word color="yellow" size="sm">{t('count.again')}</Word> : line.is_counted ? <Word color="pine" size="sm">{t('count.done')}</Word> : null}
                  </Group>
                </div>
                <NumberInput
                  w={110}
                  aria-label={t('count.quantity_of', { name: line.name })}
                  placeholder={line.unit}
                  value={quantities[line.product_id] ?? ''}
                  onChange={(value) => setQuantities((before) => ({ ...before, [line.product_id]: typeof value === 'number' ? value : '' }))}
                  allowDecimal={false}
                  allowNegative={false}
                  styles={{ input: { textAlign: 'right' } }}
                />
              </Group>
            ))}
          </Stack>
          <Group justify="flex-end">
            <Button type="submit" loading={record.isPending} disabled={entered.length === 0}>
              {t('count.record', { count: f.number(entered.length) })}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  )
}

function Variance({ countId }: { countId: number }) {
  const { t, f } = useSpeech()
  const { data, error, refetch } = useQuery({
    queryKey: ['counts', 'variance', countId],
    queryFn: async ({ signal }) => (await answerOf(api.GET('/api/v1/operations/counts/{count_id}/variance', { params: { path: { count_id: countId }, query: {} }, signal }))).data,
  })
  if (error) return <Failure error={error} retry={() => void refetch()} />
  if (!data) return <Loading lines={6} />
  const figures = [
    { label: t('count.differing'), value: f.number(data.differing_count) },
    { label: t('count.net'), value: f.signed(data.units_net) },
    { label: t('count.value'), value: data.values.map((it) => f.money(it.net, it.currency)).join(' · ') || '–' },
    { label: t('count.accuracy'), value: f.percent(data.record_accuracy_percent) },
  ]
  return (
    <Stack gap="sm">
      <Figures figures={figures} cols={{ base: 2, md: 4 }} />
      <Card title={t('count.variance')} pad={false}>
        <div className="table-scroll" tabIndex={0} role="region" aria-label={t('count.variance')}>
          <Table className="table" role="table" horizontalSpacing="md" data-stacks __vars={{ '--least-width': '560px', '--stacked-in': '3' }}>
            <Table.Thead role="rowgroup">
              <Table.Tr role="row">
                <Table.Th scope="col" role="columnheader">{t('product.name')}</Table.Th>
                <Table.Th scope="col" role="columnheader" className="number">{t('count.book')}</Table.Th>
                <Table.Th scope="col" role="columnheader" className="number">{t('count.counted')}</Table.Th>
                <Table.Th scope="col" role="columnheader" className="number">{t('count.difference')}</Table.Th>
                <Table.Th scope="col" role="columnheader" className="number">{t('count.value')}</Table.Th>
                <Table.Th scope="col" role="columnheader">{t('action.counter')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody role="rowgroup">
              {data.lines.map((line) => (
                <Table.Tr key={line.line} role="row">
                  <Table.Td role="cell" className="head">
                    <To to={`/products/${line.product_id}`}>{line.name}</To>
                    <Group gap={8}>
                      <Sku>{line.sku}</Sku>
                      {line.recount && <Word color="yellow" size="sm">{t('count.again')}</Word>}
                    </Group>
                  </Table.Td>
                  <Table.Td role="cell" className="number" data-label={t('count.book')}>{f.number(line.book)}</Table.Td>
                  <Table.Td role="cell" className="number" data-label={t('count.counted')}>{f.number(line.counted)}</Table.Td>
                  <Table.Td role="cell" className="number" data-label={t('count.difference')} fw={line.variance ? 650 : undefined} c={line.variance ? (line.variance < 0 ? 'red' : 'pine') : undefined}>
                    {line.variance === null ? '–' : f.signed(line.variance)}
                  </Table.Td>
                  <Table.Td role="cell" className="number" data-label={t('count.value')}>{f.money(line.variance_value, line.currency)}</Table.Td>
                  <Table.Td role="cell" data-label={t('action.counter')}>{line.counted_by ?? '–'}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      </Card>
    </Stack>
  )
}
