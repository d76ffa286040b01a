/** The audit log: who did what, when, from where. */
import { Button, Code, Group, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconHistory } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { answerOf, api, type Schemas } from '~/api/client'
import { useSpeech } from '~/i18n'
import { To } from '~/ui/link'
import { Empty } from '~/ui/page'
import { DataTable, type Column } from '~/ui/table'

const PAGES: Record<string, string> = { product: '/products', purchase_order: '/purchase-orders', sales_order: '/sales-orders', transfer: '/transfers', count: '/counts', supplier: '/suppliers' }
const SUBJECT = /^[a-z_]+:.+/

/** What was changed, and the way there where the app has a page for it. */
function Subject({ of }: { of: string }) {
  const [kind = '', id = ''] = of.split(':')
  const page = PAGES[kind]
  return page && /^\d+$/.test(id) ? <To to={`${page}/${id}`}>{of}</To> : of
}

export function Audit() {
  const { t, f } = useSpeech()
  const navigate = useNavigate()
  const { subject: first } = useSearch({ strict: false }) as { subject?: string }
  const [actor, setActor] = useState('')
  const [subject, setSubject] = useState(first ?? '')
  const [about] = useDebouncedValue(subject.trim(), 250)
  // Half a subject is none yet.
  const asksAbout = SUBJECT.test(about) ? about : undefined
  const [asked] = useDebouncedValue(actor.trim(), 250)
  const { data, error, refetch, isFetching, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['audit', asked, asksAbout],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ signal, pageParam }) => answerOf(api.GET('/api/v1/operations/audit', { params: { query: { actor: asked || undefined, subject: asksAbout, per_page: 50, cursor: pageParam } }, signal })),
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
    { key: 'subject', label: t('audit.subject'), render: (row) => <Subject of={row.subject} /> },
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
        <Group gap="sm">
          <TextInput placeholder={t('audit.who_as')} aria-label={t('audit.who')} value={actor} onChange={(event) => setActor(event.currentTarget.value)} w={{ base: '100%', xs: 220 }} />
          <TextInput
            placeholder={t('audit.subject_as')}
            aria-label={t('audit.subject')}
            value={subject}
            onChange={(event) => {
              const { value } = event.currentTarget
              setSubject(value)
              void navigate({ to: '.', search: (SUBJECT.test(value.trim()) ? { subject: value.trim() } : {}) as never, replace: true, resetScroll: false })
            }}
            w={{ base: '100%', xs: 220 }}
          />
        </Group>
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
