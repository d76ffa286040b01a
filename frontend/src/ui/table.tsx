/** A table whose rows the server picks: sorted, paged, and filtered there. */
import { ActionIcon, Box, Group, Pagination, Select, Skeleton, Table, Text, UnstyledButton, VisuallyHidden, rem } from '@mantine/core'
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
  /** Kept on one line: a moment, a state. */
  whole?: boolean
  /** What a row is called by, where it stands as a card of its own; of none: the first with a label. */
  head?: boolean
  /** Stands beside what the row is called by there: its state. */
  beside?: boolean
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
  /** Whether its rows become cards on a phone, which they do unless its columns fit there. */
  stacks?: boolean
}

/** From so many columns on they stand closer together. */
const MANY = 8

export function DataTable<Row>(props: TableProps<Row>) {
  const { columns, rows, error, retry, isFetching, empty, foot, stacks = true } = props
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
        <Table
          className="table"
          role="table"
          verticalSpacing={9}
          horizontalSpacing={columns.length < MANY ? 'md' : 'xs'}
          __vars={{ '--least-width': rem(props.minWidth ?? 640) }}
          aria-busy={isFetching}
          data-dense={columns.length >= MANY || undefined}
          data-stacks={stacks || undefined}
          data-sorts={(props.onSort && columns.some((it) => it.sort)) || undefined}
        >
          <Table.Thead role="rowgroup">
            <Table.Tr role="row">
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
  const kinds = kindsOf(columns)
  return (
    <tbody role="rowgroup">
      {rows.map((row) => (
        <tr key={rowKey(row)} role="row" data-link={linkOf?.(row) ? true : undefined} onClick={(event) => open(event, row)}>
          {columns.map((column, at) => (
            <td key={column.key} role="cell" className={kinds[at]} data-label={column.label}>
              {column.render(row)}
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  )
}

/** The classes of a row's cells: what is a number, what it is called by, what one does with it. */
function kindsOf<Row>(columns: Column<Row>[]): (string | undefined)[] {
  const head = columns.find((it) => it.head) ?? columns.find((it) => it.label && !it.number)
  return columns.map((it) => [it === head && 'head', it.beside && 'beside', it.number && 'number', it.whole && 'whole', !it.label && 'does'].filter(Boolean).join(' ') || undefined)
}

function Blank<Row>({ columns }: { columns: Column<Row>[] }) {
  const kinds = kindsOf(columns)
  return (
    <tbody role="rowgroup">
      {Array.from({ length: 8 }, (_, at) => (
        <tr key={at} role="row">
          {columns.map((column, index) => (
            <td key={column.key} role="cell" className={kinds[index]} data-label={column.label}>
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
      <Table.Th className={kind} w={column.width} scope="col" role="columnheader">
        {column.label || <VisuallyHidden>{t('table.actions')}</VisuallyHidden>}
      </Table.Th>
    )
  const Arrow = up ? IconArrowUp : down ? IconArrowDown : IconSelector
  return (
    <Table.Th className={kind} w={column.width} scope="col" role="columnheader" data-sort aria-sort={up ? 'ascending' : down ? 'descending' : 'none'}>
      <UnstyledButton fz="inherit" fw="inherit" c="inherit" onClick={() => onSort(up ? `-${column.sort}` : down ? undefined : column.sort)}>
        <Group gap={4} wrap="nowrap" justify={column.number ? 'flex-end' : 'flex-start'}>
          {column.label}
          <Arrow size={13} aria-hidden />
        </Group>
      </UnstyledButton>
    </Table.Th>
  )
}

export interface PageMeta {
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
  if (!back && !forth) return null
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
