/** Counts that are going on in a warehouse: each leads to its sheet. */
import { Group, Stack, Text } from '@mantine/core'
import { IconChevronRight } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { answerOf, api } from '~/api/client'
import { useSpeech } from '~/i18n'

const SHOWN = 20

export function OpenCounts({ warehouseId }: { warehouseId: number }) {
  const { t, f } = useSpeech()
  const { data } = useQuery({
    queryKey: ['counts', 'going-on', warehouseId],
    queryFn: async ({ signal }) => (await answerOf(api.GET('/api/v1/operations/counts', { params: { query: { state: 'counting', warehouse_id: warehouseId, per_page: SHOWN } }, signal }))).data,
  })
  if (!data) return null
  return (
    <Stack gap={6} component="section" aria-label={t('count.going_on')}>
      <Text fw={620}>{t('count.going_on')}</Text>
      {data.length === 0 && (
        <Text fz="sm" c="dimmed">
          {t('count.none_going_on')}
        </Text>
      )}
      {data.map((it) => (
        <Link key={it.id} to={`/counts/${it.id}` as '/'} className="card" style={{ padding: 16, color: 'inherit', textDecoration: 'none' }}>
          <Group wrap="nowrap" justify="space-between">
            <div style={{ minWidth: 0 }}>
              <Text fw={600}>{t('count.number', { id: it.id })}</Text>
              <Text fz="sm" c="dimmed" truncate>
                {[it.reference, t('count.so_far', { counted: f.number(it.counted_count), of: f.number(it.line_count) })].filter(Boolean).join(' · ')}
              </Text>
            </div>
            <IconChevronRight size={22} aria-hidden style={{ flexShrink: 0 }} />
          </Group>
        </Link>
      ))}
    </Stack>
  )
}
