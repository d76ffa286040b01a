/** Tables in: pasted from a spreadsheet or as a file, looked at cell by cell, then imported. */
import { Alert, Anchor, Button, FileButton, Group, Select, Stack, Table, Text, Textarea, Tooltip } from '@mantine/core'
import { IconCheck, IconFileUpload, IconTable } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { Schemas } from '~/api/client'
import { ApiProblem, ServerGone, problemOf } from '~/api/problems'
import { useSpeech, type MessageKey } from '~/i18n'
import { useMay, type Permission } from '~/session/me'
import { Back, Card, Page, Said } from '~/ui/page'
import { cellsOf } from './cells'

type Outcome = Schemas['ImportData']
const TABLES: { name: string; needs: Permission }[] = [
  { name: 'products', needs: 'catalogue.write' },
  { name: 'levels', needs: 'stock.count' },
  { name: 'movements', needs: 'stock.move' },
  { name: 'warehouses', needs: 'warehouses.manage' },
  { name: 'suppliers', needs: 'suppliers.manage' },
  { name: 'terms', needs: 'purchasing.write' },
  { name: 'counts', needs: 'counts.record' },
  { name: 'purchase-orders', needs: 'purchasing.write' },
  { name: 'sales-orders', needs: 'sales.write' },
  { name: 'transfers', needs: 'transfers.write' },
]
const EFFECTS = ['created', 'changed', 'posted', 'unchanged', 'before'] as const
const SHOWN = 30
const FIRST_ROW = 2

interface Given {
  name: string
  body: Blob
  text: string | null
}

/** Its name is how rows are known again: the same ones pasted tomorrow happened once more. */
const pastedToday = () => `pasted-${new Date().toISOString().slice(0, 10)}.csv`

async function send(table: string, given: Given, options: { dry: boolean }): Promise<Outcome> {
  const xlsx = given.name.toLowerCase().endsWith('.xlsx')
  const headers: Record<string, string> = {
    'content-type': xlsx ? 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' : given.name.endsWith('.parquet') ? 'application/octet-stream' : 'text/csv',
    accept: 'application/json',
  }
  const query = new URLSearchParams({ ...(options.dry ? { dry_run: 'true' } : {}), label: given.name })
  let answer: Response
  try {
    answer = await fetch(`/api/v1/operations/imports/${table}?${query}`, { method: 'POST', headers, body: given.body })
  } catch {
    throw new ServerGone()
  }
  const body = (await answer.json().catch(() => null)) as { data?: Outcome } | null
  if (body?.data) return body.data
  throw problemOf(answer, body)
}

export function Import() {
  const { t, f } = useSpeech()
  const may = useMay()
  const queries = useQueryClient()
  const tables = TABLES.filter((it) => may(it.needs))
  const [table, setTable] = useState(tables[0]?.name ?? 'products')
  const [given, setGiven] = useState<Given | null>(null)
  const [pasted, setPasted] = useState('')
  const trial = useMutation({ mutationFn: (wanted: Given) => send(table, wanted, { dry: true }) })
  const done = useMutation({
    mutationFn: (wanted: Given) => send(table, wanted, { dry: false }),
    onSuccess: () => void queries.invalidateQueries(),
  })
  const look = (wanted: Given) => {
    setGiven(wanted)
    done.reset()
    trial.mutate(wanted)
  }
  async function choose(file: File | null) {
    if (!file) return
    const isText = /\.(csv|tsv|txt)$/i.test(file.name)
    look({ name: file.name, body: file, text: isText ? await file.text() : null })
  }
  const outcome = done.data ?? trial.data
  const counts = EFFECTS.filter((it) => outcome?.[it]).map((it) => t(`import.${it}`, { n: f.number(outcome?.[it] ?? 0) }))
  const effects = counts.length > 0 ? `${counts.join(', ')}.` : null
  const problem = done.error ?? trial.error
  const said = problem instanceof ApiProblem ? [problem.message, ...Object.values(problem.errors).flat().filter((it) => it !== problem.message)] : problem ? [t('error.gone_text')] : []
  const clean = trial.data && trial.data.fault_count === 0
  return (
    <Page width={1100} title={t('import.title')} lead={t('import.lead')} above={<Back to="/products">{t('nav.products')}</Back>}>
      <Stack gap="lg">
        <Card>
          <Stack>
            <Group align="flex-end">
              <Select
                label={t('import.table')}
                data={tables.map((it) => ({ value: it.name, label: t((it.name === 'counts' ? 'import.counts_table' : `import.${it.name}`) as MessageKey) }))}
                value={table}
                onChange={(value) => {
                  if (!value) return
                  setTable(value)
                  setGiven(null)
                  trial.reset()
                  done.reset()
                }}
                allowDeselect={false}
              />
              <FileButton onChange={(file) => void choose(file)} accept=".csv,.tsv,.txt,.xlsx,.parquet">
                {(props) => (
                  <Button variant="default" leftSection={<IconFileUpload size={17} />} {...props}>
                    {t('import.choose')}
                  </Button>
                )}
              </FileButton>
              <Text fz="sm" c="dimmed" pb={8}>
                {t('import.template')} <Anchor href={`/api/v1/operations/imports/${table}/template.csv`}>CSV</Anchor> · <Anchor href={`/api/v1/operations/imports/${table}/template.xlsx`}>XLSX</Anchor>
              </Text>
            </Group>
            <Textarea
              label={t('import.paste')}
              placeholder={'sku\tname\tselling_price'}
              value={pasted}
              onChange={(event) => setPasted(event.currentTarget.value)}
              minRows={4}
              maxRows={10}
              autosize
              styles={{ input: { fontFamily: 'monospace', whiteSpace: 'pre', overflowX: 'auto' } }}
            />
            <Group justify="flex-end">
              <Button variant="light" disabled={!pasted.trim()} loading={trial.isPending} onClick={() => look({ name: pastedToday(), body: new Blob([pasted]), text: pasted })}>
                {t('import.look')}
              </Button>
            </Group>
          </Stack>
        </Card>
        <Said texts={said} />
        {outcome && given && (
          <>
            {done.data?.imported ? (
              <Alert color="pine" icon={<IconCheck size={18} />} title={t('import.done')} role="status">
                {effects}
              </Alert>
            ) : (
              <Alert color={outcome.fault_count > 0 ? 'red' : 'blue'} icon={<IconTable size={18} />} title={outcome.fault_count > 0 ? t('import.faults', { count: outcome.fault_count }) : t('import.would')} role="status">
                {effects}
              </Alert>
            )}
            <Preview given={given} outcome={outcome} />
            {!done.data?.imported && (
              <Group justify="flex-end">
                <Button disabled={!clean} loading={done.isPending} onClick={() => done.mutate(given)}>
                  {t('import.do')}
                </Button>
              </Group>
            )}
          </>
        )}
      </Stack>
    </Page>
  )
}

/** The first rows, and every row with a fault; what is wrong with a cell stands in it. */
function Preview({ given, outcome }: { given: Given; outcome: Outcome }) {
  const { t } = useSpeech()
  const cells = useMemo(() => (given.text === null ? null : cellsOf(given.text)), [given.text])
  const reasons = new Map(outcome.faults.map((it) => [`${it.row}/${it.column}`, it.reason]))
  const faulty = new Set(outcome.faults.map((it) => it.row))
  if (!cells)
    return outcome.faults.length === 0 ? null : (
      <Card title={t('import.faults_title')}>
        <Stack gap={6}>
          {outcome.faults.map((it) => (
            <Text key={`${it.row}/${it.column}`} fz="sm">
              {t('import.row', { row: it.row })} · <b>{it.column}</b>: {it.reason}
            </Text>
          ))}
        </Stack>
      </Card>
    )
  const numbered = cells.rows.map((row, at) => ({ row, number: at + FIRST_ROW }))
  const shown = numbered.filter((it) => faulty.has(it.number)).concat(numbered.filter((it) => !faulty.has(it.number))).slice(0, SHOWN)
  // A cell that is missing altogether has a fault all the same: it gets a column of its own.
  const columns = [...cells.header, ...new Set(outcome.faults.map((it) => it.column).filter((it) => it && !cells.header.includes(it)))]
  return (
    <section className="card">
      <div className="table-scroll" tabIndex={0} role="region" aria-label={t('import.preview')}>
        <Table className="table" horizontalSpacing="sm" verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t('import.row', { row: '' })}</Table.Th>
              {columns.map((name) => (
                <Table.Th key={name} scope="col" c={outcome.columns_passed_over.includes(name) ? 'dimmed' : undefined}>
                  {name}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map(({ row, number }) => (
              <Table.Tr key={number}>
                <Table.Td c="dimmed">{number}</Table.Td>
                {columns.map((name, at) => {
                  const reason = reasons.get(`${number}/${name}`)
                  return (
                    <Table.Td key={name} style={reason ? { background: 'var(--mantine-color-red-light)' } : undefined} data-fault={reason ? true : undefined}>
                      {reason ? (
                        <Tooltip label={reason} multiline maw={320}>
                          <div>
                            {row[at] ?? ''}
                            <Text fz="xs" c="red">
                              {reason}
                            </Text>
                          </div>
                        </Tooltip>
                      ) : (
                        (row[at] ?? '')
                      )}
                    </Table.Td>
                  )
                })}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </section>
  )
}
