/** Bars beside a report: what stands in the table, at a glance. */
import { Box, Group, Skeleton, Stack, Text, Tooltip } from '@mantine/core'
import { useSpeech } from '~/i18n'
import { Card } from '~/ui/page'

interface Bar {
  key: number
  name: string
  value: number
  /** Drawn as a line across the bar: what it is measured against. */
  against?: number | null
  color?: string
}

/** How many are drawn at most: as many as are looked at. */
export const DRAWN = 10

/** Of none, while they are asked for: the room that they take. */
export function Bars({ title, bars, format }: { title: string; bars: Bar[] | undefined; format?(value: number): string }) {
  const { f } = useSpeech()
  if (!bars)
    return (
      <Card title={title}>
        <Stack gap={8} aria-hidden>
          {Array.from({ length: DRAWN }, (_, at) => (
            <Skeleton key={at} h={22} w={`${96 - ((at * 17) % 60)}%`} />
          ))}
        </Stack>
      </Card>
    )
  if (bars.length === 0) return null
  const tell = format ?? ((value: number) => f.number(value))
  const most = Math.max(1, ...bars.map((it) => Math.max(it.value, it.against ?? 0)))
  return (
    <Card title={title}>
      <Stack gap={8} component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
        {bars.map((it) => (
          <Group component="li" key={it.key} gap="sm" wrap="nowrap" fz="sm">
            <Text inherit truncate w={{ base: 132, sm: 220 }} style={{ flex: 'none' }}>
              {it.name}
            </Text>
            <Box pos="relative" h={16} style={{ flex: 1 }} aria-hidden>
              <Box h="100%" bdrs={4} style={{ width: `${(100 * Math.max(0, it.value)) / most}%`, minWidth: 2, background: it.color ?? 'var(--mantine-color-pine-5)' }} />
              {it.against !== null && it.against !== undefined && (
                <Tooltip label={tell(it.against)}>
                  <Box pos="absolute" top={-3} bottom={-3} w={2} style={{ left: `${(100 * it.against) / most}%`, background: 'var(--mantine-color-orange-6)' }} />
                </Tooltip>
              )}
            </Box>
            <Text inherit className="figures" w={72} ta="right" style={{ flex: 'none' }}>
              {tell(it.value)}
            </Text>
          </Group>
        ))}
      </Stack>
    </Card>
  )
}
