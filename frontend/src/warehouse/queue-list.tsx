/** What was sent, what waits, and what somebody must decide. */
import { Button, Group, Stack, Text } from '@mantine/core'
import { IconCheck, IconClock, IconExclamationCircle } from '@tabler/icons-react'
import { useSpeech } from '~/i18n'
import { Card } from '~/ui/page'
import type { Queue } from './use-queue'

const SHOWN = 12

export function QueueList({ queue, by }: { queue: Queue; by: string }) {
  const { t, f } = useSpeech()
  if (queue.all.length === 0) return null
  const order = { refused: 0, waiting: 1, accepted: 2 }
  const shown = [...queue.all].sort((a, b) => order[a.state] - order[b.state] || b.at.localeCompare(a.at)).slice(0, SHOWN)
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
                    {typeof it.body.quantity === 'number' ? f.signed(it.body.quantity) : typeof it.body.counted_quantity === 'number' ? `= ${f.number(it.body.counted_quantity)}` : ''}
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
                {it.state === 'refused' && it.by === by && (
                  <Group gap="xs" mt={6}>
                    <Button size="xs" variant="light" onClick={() => void queue.again(it)}>
                      {t('error.again')}
                    </Button>
                    <Button size="xs" variant="subtle" color="red" onClick={() => void queue.drop(it.key)}>
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
