/** A list of documents of one kind, by their states. */
import { Button, Chip, Group, Stack } from '@mantine/core'
import { IconDownload, IconFileText, IconPlus, type Icon } from '@tabler/icons-react'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useSpeech, type MessageKey } from '~/i18n'
import { Empty, Page } from '~/ui/page'
import { DataTable, Pager, type Column } from '~/ui/table'
import type { DocumentSearch } from './search'

interface Answer<Row> {
  data: { data: Row[]; meta: { current_page: number; per_page: number; total: number; last_page: number } } | undefined
  error: unknown
  refetch(): unknown
  isFetching: boolean
}

interface ListProps<Row extends { id: number }> {
  path: string
  title: string
  lead: string
  /** What is said where there is none at all, and how one comes to be. */
  none: string
  noneText: string
  icon?: Icon
  states: readonly string[]
  columns: Column<Row>[]
  answer: Answer<Row>
  newLabel?: string
  exports?: string
  more?: ReactNode
  /** Whether the API tells open ones from those at their end. */
  hasOpen?: boolean
}

/** What a list's address asks for. */
export function useDocumentSearch(): DocumentSearch {
  return useSearch({ strict: false })
}

export function DocumentList<Row extends { id: number }>(props: ListProps<Row>) {
  const { t } = useSpeech()
  const search = useDocumentSearch()
  const navigate = useNavigate()
  const change = (wanted: DocumentSearch) => void navigate({ to: '.', search: ((before: DocumentSearch) => ({ ...before, page: undefined, ...wanted })) as never })
  const { data, error, refetch, isFetching } = props.answer
  const chosen = search.state ?? (search.open ? 'open' : 'all')
  return (
    <Page
      title={props.title}
      lead={props.lead}
      actions={
        <>
          {props.exports && (
            <Button component="a" variant="default" leftSection={<IconDownload size={16} />} href={`/api/v1/operations/exports/${props.exports}.csv`} download>
              {t('csv')}
            </Button>
          )}
          {props.more}
          {props.newLabel && (
            <Button component={Link} to={`${props.path}/new`} leftSection={<IconPlus size={16} />}>
              {props.newLabel}
            </Button>
          )}
        </>
      }
    >
      <Stack gap="sm">
        <Chip.Group
          value={chosen}
          onChange={(value) => change(value === 'open' ? { open: true, state: undefined } : value === 'all' ? { open: undefined, state: undefined } : { open: undefined, state: value as string })}
        >
          <Group gap={6} role="group" aria-label={t('documents.states')}>
            <Chip value="all" size="sm" variant="light">
              {t('documents.all')}
            </Chip>
            {props.hasOpen !== false && (
              <Chip value="open" size="sm" variant="light">
                {t('documents.open')}
              </Chip>
            )}
            {props.states.map((state) => (
              <Chip key={state} value={state} size="sm" variant="light">
                {t(`state.${state}` as MessageKey)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
        <DataTable
          label={props.title}
          columns={props.columns}
          rows={data?.data}
          rowKey={(row) => row.id}
          linkOf={(row) => `${props.path}/${row.id}`}
          error={error}
          retry={() => void refetch()}
          isFetching={isFetching}
          empty={
            <Empty
              icon={props.icon ?? IconFileText}
              title={chosen === 'all' ? props.none : t('documents.none_in_state')}
              text={chosen === 'all' ? props.noneText : t('documents.none_in_state_text')}
              action={
                chosen !== 'all' ? (
                  <Button variant="light" onClick={() => change({ open: undefined, state: undefined })}>
                    {t('documents.show_all')}
                  </Button>
                ) : props.newLabel ? (
                  <Button component={Link} to={`${props.path}/new`} variant="light">
                    {props.newLabel}
                  </Button>
                ) : null
              }
            />
          }
          foot={<Pager meta={data?.meta} onPage={(page) => change({ page: page === 1 ? undefined : page })} onSize={(per_page) => change({ per_page })} />}
        />
      </Stack>
    </Page>
  )
}
