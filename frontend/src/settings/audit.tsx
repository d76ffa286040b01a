/** The audit log: who did what, when, from where. */
import { Button, Code, Group, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconHistory } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { answerOf, api, type Schemas } from '~/api/client'
import { useSpeech } from '~/i18n'
import { Empty } from '~/ui/page'
import { DataTable, type Column } from '~/ui/table'

export function Audit() {
  const { t, f } = useSpeech()
  const [actor, setActor] = useState('')
  const [asked] = useDebouncedValue(actor.trim(), 250)
  const { data, error, refetch, isFetching, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['audit', asked],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ signal, pageParam }) => answerOf(api.GET('/api/v1/operations/audit', { params: { query: { actor: asked || undefined, per_page: 50, cursor: pageParam } }, signal })),
    getNextPageParam: (page) => page.meta.next_cursor ?? undefined,
  })
  const rows = data?.pages.flatMap((page) => page.data)
  const columns: Column<Schemas['AuditData']>[] = [
    { key: 'at', label: t('report.when'), whole: true, render: (row) => f.time(row.at) },
    {
      key: 'who',
      label: t('audit.who'),
      render: (row) => (
        <>
          {row.actor}
          {row.address && (
            <Text fz="xs" c="dimmed">
              {row.address}
            </Text>
          )}
        </>
      ),
    },
    { key: 'what', label: t('audit.what'), head: true, render: (row) => row.action },
    { key: 'subject', label: t('audit.subject'), render: (row) => row.subject },
    {
      key: 'changes',
      label: t('audit.changes'),
      render: (row) => {
        const changes = Object.entries(row.changes ?? {}) as [string, { before: unknown; after: unknown }][]
        return (
          <Stack gap={2}>
            {row.reason && <span>{row.reason}</span>}
            {changes.slice(0, 4).map(([name, it]) => (
              <Code key={name} fz="xs" bg="transparent" p={0} style={{ overflowWrap: 'anywhere' }}>
                {name}: {it.before !== null && `${JSON.stringify(it.before)} → `}
                {JSON.stringify(it.after)}
              </Code>
            ))}
          </Stack>
        )
      },
    },
  ]
  return (
    <Stack>
      <Group justify="space-between">
        <Text c="dimmed">{t('audit.lead')}</Text>
        <TextInput placeholder={t('audit.who_as')} aria-label={t('audit.who')} value={actor} onChange={(event) => setActor(event.currentTarget.value)} w={{ base: '100%', xs: 220 }} />
      </Group>
      <DataTable
        label={t('settings.audit')}
        columns={columns}
        rows={rows}
        rowKey={(row) => `${row.at}-${row.subject}-${row.action}-${row.version}`}
        error={error}
        retry={() => void refetch()}
        isFetching={isFetching && !isFetchingNextPage}
        minWidth={860}
        empty={<Empty icon={IconHistory} title={t('audit.none')} text={t('audit.none_text')} />}
        foot={
          hasNextPage && (
            <Group p="md">
              <Button variant="default" size="xs" onClick={() => void fetchNextPage()} loading={isFetchingNextPage}>
                {t('movement.more')}
              </Button>
            </Group>
          )
        }
      />
    </Stack>
  )
}
