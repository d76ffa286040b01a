/** How the server is: whether it can work, and some of its figures. */
import { Anchor, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useSpeech, type MessageKey } from '~/i18n'
import type { Formats } from '~/i18n/format'
import { useMay } from '~/session/me'
import { Word } from '~/ui/badges'
import { Card, Figures } from '~/ui/page'

const EVERY_MS = 10_000

/** The plain lines of Prometheus's text: a name and a number. */
export function figuresOf(text: string): Record<string, number> {
  const found: Record<string, number> = {}
  for (const line of text.split('\n')) {
    if (line.startsWith('#') || line.includes('{')) continue
    const [name, value] = line.split(' ')
    if (name && value && Number.isFinite(Number(value))) found[name] = Number(value)
  }
  return found
}

/** What people ask of a server; the rest is for Prometheus. */
function told(figures: Record<string, number>, f: Formats): [MessageKey, string][] {
  const of = (name: string) => figures[`onhand_${name}`]
  const mean = (name: string, factor = 1) => (of(`${name}_count`) ? (factor * (of(`${name}_sum`) ?? 0)) / (of(`${name}_count`) ?? 1) : null)
  return [
    ['health.queue', `${f.number(of('queue_commands'))} / ${f.number(of('queue_limit_commands'))}`],
    ['health.reads', f.number(of('reads_waiting'))],
    ['health.accepted', f.number(of('commands_accepted_total'))],
    ['health.batch', f.number(mean('batch_commands'), 1)],
    ['health.commit', f.number(mean('commit_seconds', 1_000), 1)],
  ]
}

export function Health() {
  const { t, f } = useSpeech()
  const may = useMay()
  const ready = useQuery({
    queryKey: ['health'],
    queryFn: async () => (await fetch('/_health/ready')).ok,
    refetchInterval: EVERY_MS,
    retry: false,
  })
  const metrics = useQuery({
    queryKey: ['metrics'],
    enabled: may('metrics.read'),
    queryFn: async () => {
      const answer = await fetch('/metrics', { headers: { accept: 'text/plain' } })
      return answer.ok ? figuresOf(await answer.text()) : {}
    },
    refetchInterval: EVERY_MS,
  })
  const figures = metrics.data ? told(metrics.data, f) : []
  const state = ready.error || ready.data === false ? 'down' : ready.data ? 'up' : 'unknown'
  return (
    <Stack gap="lg">
      <Card title={t('health.server')} side={<Word color={state === 'up' ? 'pine' : state === 'down' ? 'red' : 'gray'}>{t(`health.${state}` as 'health.up')}</Word>}>
        <Text fz="sm" c="dimmed">
          {state === 'down' ? t('health.down_means') : t('health.up_means')} <Anchor href="/docs">{t('health.docs')}</Anchor>
        </Text>
      </Card>
      {figures.length > 0 && (
        <Figures figures={figures.map(([label, value]) => ({ label: t(label), value }))} cols={{ base: 1, xs: 2, md: 3, lg: 5 }} />
      )}
    </Stack>
  )
}
