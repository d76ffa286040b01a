/** A table whose rows the server picks: sorted, paged, and filtered there. */
import { ActionIcon, Box, Group, Pagination, Select, Skeleton, Table, Text, UnstyledButton, VisuallyHidden } from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconChevronLeft, IconChevronRight, IconSelector } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { memo, type MouseEvent, type ReactNode } from 'react'
import { useSpeech } from '~/i18n'
import { Failure } from './page'

export interface Column<Row> {
  key: string
  label: string
  render(row: Row): ReactNode
  number?: boolean
  /** What the API sorts by. */
  sort?: string
  width?: number | string
}

/** What comes at once is not dimmed for a moment: painting that would take longer than the answer. */
const SOON_DIMMED = { opacity: 0.72, transition: 'opacity 120ms 250ms' }

interface TableProps<Row> {
  label: string
  columns: Column<Row>[]
  rows: Row[] | undefined
  rowKey(row: Row): string | number
  linkOf?(row: Row): string | undefined
  error?: unknown
  retry?(): void
  isFetching?: boolean
  empty: ReactNode
  sort?: string
  onSort?(sort: string | undefined): void
  foot?: ReactNode
  minWidth?: number
}

export function DataTable<Row>(props: TableProps<Row>) {
  const { columns, rows, error, retry, isFetching, empty, foot } = props
  if (error && !rows) return <Failure error={error} retry={retry} />
  if (rows && rows.length === 0 && !isFetching)
    return (
      <div className="card">
        {empty}
        {foot}
      </div>
    )
  return (
    <div className="card">
      <Box className="table-scroll" style={rows && isFetching ? SOON_DIMMED : undefined} tabIndex={0} role="region" aria-label={props.label}>
        <Table className="table" verticalSpacing={9} horizontalSpacing="md" miw={props.minWidth ?? 640} aria-busy={isFetching}>
          <Table.Thead>
            <Table.Tr>
              {columns.map((column) => (
                <Head key={column.key} column={column} sort={props.sort} onSort={props.onSort} />
              ))}
            </Table.Tr>
          </Table.Thead>
          {rows ? <Rows columns={columns} rows={rows} rowKey={props.rowKey} linkOf={props.linkOf} /> : <Blank columns={columns} />}
        </Table>
      </Box>
      {foot}
    </div>
  )
}

type RowsProps<Row> = Pick<TableProps<Row>, 'columns' | 'rowKey' | 'linkOf'> & { rows: Row[] }

/** Plain elements, for there are hundreds; drawn anew when rows or columns are others, not when something is being asked. */
const Rows = memo(DrawnRows, (before, after) => before.rows === after.rows && before.columns === after.columns) as typeof DrawnRows

function DrawnRows<Row>({ columns, rows, rowKey, linkOf }: RowsProps<Row>) {
  const navigate = useNavigate()
  function open(event: MouseEvent, row: Row) {
    const to = linkOf?.(row)
    // A click on something within the row means that, and selecting text means nothing.
    if (!to || (event.target as HTMLElement).closest('a,button,input,label') || window.getSelection()?.toString()) return
    if (event.metaKey || event.ctrlKey) window.open(to, '_blank', 'noopener')
    else void navigate({ to })
  }
  return (
    <tbody>
      {rows.map((row) => (
        <tr key={rowKey(row)} data-link={linkOf?.(row) ? true : undefined} onClick={(event) => open(event, row)}>
          {columns.map((column) => (
            <td key={column.key} className={column.number ? 'number' : undefined}>
              {column.render(row)}
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  )
}

function Blank<Row>({ columns }: { columns: Column<Row>[] }) {
  return (
    <tbody>
      {Array.from({ length: 8 }, (_, at) => (
        <tr key={at}>
          {columns.map((column) => (
            <td key={column.key}>
              <Skeleton height={14} my={4} width={column.number ? '60%' : '80%'} ml={column.number ? 'auto' : 0} />
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  )
}

function Head<Row>({ column, sort, onSort }: { column: Column<Row>; sort?: string; onSort?(sort: string | undefined): void }) {
  const { t } = useSpeech()
  const up = sort === column.sort
  const down = sort === `-${column.sort}`
  const kind = column.number ? 'number' : undefined
  if (!column.sort || !onSort)
    return (
      <Table.Th className={kind} w={column.width} scope="col">
        {column.label || <VisuallyHidden>{t('table.actions')}</VisuallyHidden>}
      </Table.Th>
    )
  const Arrow = up ? IconArrowUp : down ? IconArrowDown : IconSelector
  return (
    <Table.Th className={kind} w={column.width} scope="col" aria-sort={up ? 'ascending' : down ? 'descending' : 'none'}>
      <UnstyledButton fz="inherit" fw="inherit" c="inherit" onClick={() => onSort(up ? `-${column.sort}` : down ? undefined : column.sort)}>
        <Group gap={4} wrap="nowrap" justify={column.number ? 'flex-end' : 'flex-start'}>
          {column.label}
          <Arrow size={13} aria-hidden />
        </Group>
      </UnstyledButton>
    </Table.Th>
  )
}

interface PageMeta {
  current_page: number
  per_page: number
  total: number
  last_page: number
}

const SIZES = ['25', '50', '100', '200']

export function Pager({ meta, onPage, onSize }: { meta: PageMeta | undefined; onPage(page: number): void; onSize?(size: number): void }) {
  const { t, f } = useSpeech()
  if (!meta || meta.total === 0) return null
  const from = (meta.current_page - 1) * meta.per_page + 1
  const to = Math.min(meta.total, meta.current_page * meta.per_page)
  return (
    <Group justify="space-between" px="md" py="sm" style={{ borderTop: '1px solid var(--app-line)' }} gap="xs">
      <Text fz="sm" c="dimmed" className="figures">
        {t('table.range', { from: f.number(from), to: f.number(to), total: f.number(meta.total) })}
      </Text>
      <Group gap="sm">
        {onSize && (
          <Select
            size="xs"
            w={86}
            data={SIZES}
            value={String(meta.per_page)}
            onChange={(value) => value && onSize(Number(value))}
            aria-label={t('table.per_page')}
            allowDeselect={false}
          />
        )}
        {meta.last_page > 1 && (
          <Pagination
            size="sm"
            total={meta.last_page}
            value={meta.current_page}
            onChange={onPage}
            siblings={1}
            getControlProps={(control) => ({ 'aria-label': t(control === 'next' ? 'table.next' : 'table.previous') })}
          />
        )}
      </Group>
    </Group>
  )
}

/** For lists that go by cursor: back and forth, without a number of pages. */
export function Steps({ back, forth }: { back?: () => void; forth?: () => void }) {
  const { t } = useSpeech()
  return (
    <Group justify="flex-end" px="md" py="sm" gap="xs" style={{ borderTop: '1px solid var(--app-line)' }}>
      <ActionIcon variant="default" disabled={!back} onClick={back} aria-label={t('table.previous')}>
        <IconChevronLeft size={16} />
      </ActionIcon>
      <ActionIcon variant="default" disabled={!forth} onClick={forth} aria-label={t('table.next')}>
        <IconChevronRight size={16} />
      </ActionIcon>
    </Group>
  )
}
