/** One transfer: what left, what arrived, what is on its way. */
import { Grid, Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { answerOf, api, type Schemas } from '~/api/client'
import { EditHead } from '~/documents/edit-head'
import { EditLines } from '~/documents/edit-lines'
import { DocumentHistory } from '~/documents/history'
import { LifeCycle } from '~/documents/life-cycle'
import { LinesTable } from '~/documents/lines-table'
import { One } from '~/documents/one'
import { QuantitiesForm } from '~/documents/quantities'
import { Steps, type StepOption } from '~/documents/steps'
import { useSpeech } from '~/i18n'
import { DocumentState } from '~/ui/badges'
import { Back, Card, Facts, Page } from '~/ui/page'
import { Pdf } from '~/ui/pdf'
import { useWarehouseName } from '~/ui/pickers'

type Whole = Schemas['TransferWhole']
const WAY = ['draft', 'shipped', 'partially_received', 'received']
const STEPS: StepOption[] = [
  { event: 'receive', needs: 'transfers.write', asks: 'form' },
  { event: 'ship', needs: 'transfers.write' },
  { event: 'cancel', needs: 'transfers.write', asks: 'reason', color: 'red' },
]

function take(id: number, event: string, reason: string | undefined, key: string): Promise<{ message: string }> {
  const rest = { params: { path: { transfer_id: id } }, headers: { 'Idempotency-Key': key } }
  if (event === 'ship') return answerOf(api.POST('/api/v1/operations/transfers/{transfer_id}/ship', { ...rest, body: {} }))
  return answerOf(api.POST('/api/v1/operations/transfers/{transfer_id}/cancel', { ...rest, body: { reason: reason ?? '' } }))
}

export function Transfer() {
  const { t } = useSpeech()
  const { transferId } = useParams({ strict: false })
  const id = Number(transferId)
  const answer = useQuery({
    queryKey: ['transfers', 'one', id],
    queryFn: async ({ signal }) => (await answerOf(api.GET('/api/v1/operations/transfers/{transfer_id}', { params: { path: { transfer_id: id } }, signal }))).data,
  })
  return (
    <One answer={answer} title={t('transfer.number', { id })} list={{ to: '/transfers', label: t('nav.transfers') }}>
      {(data) => <Shown transfer={data} />}
    </One>
  )
}

function Shown({ transfer }: { transfer: Whole }) {
  const { t, f } = useSpeech()
  const warehouse = useWarehouseName()
  const [receiving, setReceiving] = useState(false)
  return (
    <Page
      title={t('transfer.number', { id: transfer.id })}
      above={<Back to="/transfers">{t('nav.transfers')}</Back>}
      lead={
        <Group gap="sm" mt={2}>
          <DocumentState state={transfer.state} />
          <span>
            {warehouse(transfer.from_warehouse_id)} → {warehouse(transfer.to_warehouse_id)}
          </span>
        </Group>
      }
      actions={
        <>
          <Pdf href={`/api/v1/operations/transfers/${transfer.id}/pdf`} />
          <Steps options={STEPS} possible={transfer.possible} take={(event, reason, key) => take(transfer.id, event, reason, key)} touches={['transfers']} onForm={() => setReceiving(true)} />
        </>
      }
    >
      <LifeCycle main={WAY} state={transfer.state} history={transfer.history} />
      <Grid gap="lg" align="flex-start">
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <Card
              title={t('documents.lines')}
              pad={false}
              side={
                <EditLines
                  name={t('transfer.number', { id: transfer.id })}
                  possible={transfer.possible}
                  needs="transfers.write"
                  lines={transfer.lines.map((it) => ({ product_id: it.product_id, quantity: it.quantity }))}
                  version={transfer.history.at(-1)?.version ?? 1}
                  touches={['transfers']}
                  send={(lines, headers) => answerOf(api.PATCH('/api/v1/operations/transfers/{transfer_id}', { params: { path: { transfer_id: transfer.id } }, body: { lines: lines.map(({ product_id, quantity }) => ({ product_id, quantity })) }, headers }))}
                />
              }
            >
            <LinesTable
              headings={[t('action.quantity'), t('documents.received'), t('transfer.lost'), t('transfer.damaged'), t('level.in_transit')]}
              lines={transfer.lines.map((it) => ({
                line: it.line,
                product_id: it.product_id,
                numbers: [it.quantity, it.received, it.lost, it.damaged, it.in_transit].map((value) => f.number(value)),
              }))}
            />
          </Card>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Stack gap="lg">
            <Card
              title={t('product.facts')}
              side={
                <EditHead
                  of={t('transfer.number', { id: transfer.id })}
                  possible={transfer.possible}
                  needs="transfers.write"
                  version={transfer.history.at(-1)?.version ?? 1}
                  touches={['transfers']}
                  fields={[
                    { name: 'expected_date', label: t('documents.expected'), value: transfer.expected_date, kind: 'date' },
                    { name: 'reference', label: t('action.reference'), value: transfer.reference },
                    { name: 'notes', label: t('supplier.notes'), value: transfer.notes, kind: 'long' },
                  ]}
                  send={(changes, headers) => answerOf(api.PATCH('/api/v1/operations/transfers/{transfer_id}', { params: { path: { transfer_id: transfer.id } }, body: changes, headers }))}
                />
              }
            >
              <Facts
                rows={[
                  [t('action.from'), warehouse(transfer.from_warehouse_id)],
                  [t('action.to'), warehouse(transfer.to_warehouse_id)],
                  [t('transfer.shipped'), f.time(transfer.shipped_at)],
                  [t('documents.expected'), f.date(transfer.expected_date)],
                  [t('action.reference'), transfer.reference ?? '–'],
                  [t('documents.by'), transfer.created_by.replace(/^(user|key):/, '')],
                ]}
              />
              {transfer.notes && <Text fz="sm" mt="md">{transfer.notes}</Text>}
            </Card>
            <DocumentHistory steps={transfer.history} />
          </Stack>
        </Grid.Col>
      </Grid>
      {receiving && (
        <QuantitiesForm
          title={t('step.receive')}
          lead={t('transfer.receive_means')}
          lines={transfer.lines.filter((it) => it.in_transit > 0).map((it) => ({ line: it.line, product_id: it.product_id, rest: it.in_transit }))}
          restLabel={t('level.in_transit')}
          fields={[
            { key: 'received', label: t('documents.received'), filled: true },
            { key: 'lost', label: t('transfer.lost') },
            { key: 'damaged', label: t('transfer.damaged') },
          ]}
          reasons
          touches={['transfers']}
          send={(entered, _, key) =>
            answerOf(
              api.POST('/api/v1/operations/transfers/{transfer_id}/receive', {
                params: { path: { transfer_id: transfer.id } },
                headers: { 'Idempotency-Key': key },
                body: { lines: entered.map((it) => ({ line: it.line, ...it.quantities, reason: it.reason || undefined })) },
              }),
            )
          }
          close={() => setReceiving(false)}
        />
      )}
    </Page>
  )
}
