/** How the server is: whether it can work, and some of its figures. */
import { Anchor, SimpleGrid, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useSpeech } from '~/i18n'
import { useMay } from '~/session/me'
import { Word } from '~/ui/badges'
import { Card } from '~/ui/page'

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
  const figures = Object.entries(metrics.data ?? {}).filter(([name]) => name.startsWith('onhand_') && !name.endsWith('_created'))
  const state = ready.error || ready.data === false ? 'down' : ready.data ? 'up' : 'unknown'
  return (
    <Stack gap="lg">
      <Card title={t('health.server')} side={<Word color={state === 'up' ? 'pine' : state === 'down' ? 'red' : 'gray'}>{t(`health.${state}` as 'health.up')}</Word>}>
        <Text fz="sm" c="dimmed">
          {state === 'down' ? t('health.down_means') : t('health.up_means')} <Anchor href="/docs">{t('health.docs')}</Anchor>
        </Text>
      </Card>
      {figures.length > 0 && (
        <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }} spacing="sm">
          {figures.map(([name, value]) => (
            <div key={name} className="card" style={{ padding: '12px 16px' }}>
              <Text fz="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                {name.replace('onhand_', '').replaceAll('_', ' ')}
              </Text>
              <Text fz={20} fw={600} className="figures">
                {f.number(value, 2)}
              </Text>
            </div>
          ))}
        </SimpleGrid>
      )}
    </Stack>
  )
}
