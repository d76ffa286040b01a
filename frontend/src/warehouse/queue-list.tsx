/** What was sent, what waits, and what somebody must decide. */
import { Button, Group, Stack, Text } from '@mantine/core'
import { IconCheck, IconClock, IconExclamationCircle } from '@tabler/icons-react'
import { useSpeech, type MessageKey } from '~/i18n'
import { useMay } from '~/session/me'
import { useWarehouseName } from '~/ui/pickers'
import { Card } from '~/ui/page'
import { rejectedOf } from './orders'
import { withoutOrder, type Queued, type Someone } from './queue'
import type { Queue } from './use-queue'

const SHOWN = 12

/** What to do about a refusal, beyond the API's words. */
function adviceFor({ order, problem }: Queued): MessageKey | null {
  if (!order) return null
  if (problem === 'delivery_received') return 'queue.delivery_known'
  if (problem === 'not_possible_now') return order.kind === 'purchase' ? 'queue.receipt_over' : 'queue.shipment_over'
  return order.kind === 'purchase' ? 'queue.receipt_refused' : 'queue.shipment_refused'
}

interface ListProps {
  queue: Queue
  who: Someone
  takeUp(command: Queued): void
}

export function QueueList({ queue, who, takeUp }: ListProps) {
  const { t, f } = useSpeech()
  const may = useMay()
  const warehouse = useWarehouseName()
  const { by } = who
  if (queue.all.length === 0) return null
  const order = { refused: 0, waiting: 1, accepted: 2 }
  const shown = [...queue.all].sort((a, b) => order[a.state] - order[b.state] || b.at.localeCompare(a.at)).slice(0, SHOWN)
  const quantityOf = (it: Queued) => {
    if (it.order && it.units === 0) return t('purchase.rejected', { count: rejectedOf(it.order.work) })
    if (typeof it.body.counted_quantity === 'number') return `= ${f.number(it.body.counted_quantity)}`
    const { quantity, to_warehouse_id: to } = it.body
    if (typeof to === 'number' && typeof quantity === 'number') return `${f.number(quantity)} → ${warehouse(to)}`
    const units = it.units ?? quantity
    return typeof units === 'number' ? f.signed(units) : ''
  }
  /** The order takes nothing in, but the goods are there: each product is received by itself. */
  async function receiveWithout(it: Queued) {
    if (!it.order) return
    for (const command of withoutOrder(it.order, who, new Date(it.at))) await queue.add(command)
    await queue.drop(it.key)
  }
  const done = queue.all.filter((it) => it.state === 'accepted')
  return (
    <div id="queue">
      <Card
        title={t('queue.title')}
        side={
          done.length > 0 && (
            <Button size="compact-sm" variant="subtle" color="gray" onClick={() => done.forEach((it) => void queue.drop(it.key))}>
              {t('queue.clear')}
            </Button>
          )
        }
      >
        <Stack gap={0} component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
          {shown.map((it) => (
            <Group component="li" key={it.key} wrap="nowrap" align="flex-start" gap="sm" py={10} style={{ borderTop: '1px solid var(--app-line)' }} data-state={it.state}>
              {it.state === 'accepted' ? (
                <IconCheck size={20} color="var(--mantine-color-pine-6)" aria-label={t('queue.accepted')} />
              ) : it.state === 'refused' ? (
                <IconExclamationCircle size={20} color="var(--mantine-color-red-6)" aria-label={t('queue.refused')} />
              ) : (
                <IconClock size={20} color="var(--mantine-color-yellow-7)" aria-label={t('queue.is_waiting')} />
              )}
              <div style={{ flex: 1, minWidth: 0 }}>
                <Text fz="sm" fw={550}>
                  {it.label}{' '}
                  <Text span inherit className="figures">
                    {quantityOf(it)}
                  </Text>
                </Text>
                <Text fz="xs" c="dimmed">
                  {f.time(it.at)}
                  {it.state === 'waiting' && ` · ${it.by === by ? t('queue.is_waiting') : t('queue.waits_for', { name: it.by.replace(/^\w+:/, '') })}`}
                </Text>
                {it.message && (
                  <Text fz="sm" c={it.state === 'refused' ? 'red' : 'dimmed'}>
                    {it.message}
                  </Text>
                )}
                {it.state === 'refused' && it.by === by && <Advice text={adviceFor(it)} />}
                {it.state === 'refused' && it.by === by && (
                  <Group gap="xs" mt={6}>
                    {it.order && (
                      <Button size="md" variant="light" onClick={() => takeUp(it)}>
                        {t('queue.mend')}
                      </Button>
                    )}
                    {it.order?.kind === 'purchase' && it.problem === 'not_possible_now' && may('stock.move') && (
                      <Button size="md" variant="light" onClick={() => void receiveWithout(it)}>
                        {t('queue.without_order')}
                      </Button>
                    )}
                    {!it.order && (
                      <Button size="md" variant="light" onClick={() => void queue.again(it)}>
                        {t('error.again')}
                      </Button>
                    )}
                    <Button size="md" variant="subtle" color="red" onClick={() => void queue.drop(it.key)}>
                      {t('queue.discard')}
                    </Button>
                  </Group>
                )}
              </div>
            </Group>
          ))}
        </Stack>
      </Card>
    </div>
  )
}

function Advice({ text }: { text: MessageKey | null }) {
  const { t } = useSpeech()
  return text && <Text fz="sm">{t(text)}</Text>
}
