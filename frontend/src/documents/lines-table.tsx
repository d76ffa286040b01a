/** The table of a document's lines: a product each, and its numbers. */
import { Progress, Table } from '@mantine/core'
import type { ReactNode } from 'react'
import { useSpeech } from '~/i18n'
import { ProductCell } from '~/ui/page'
import { useProductNames } from './names'

export interface ShownLine {
  line: number
  product_id: number
  /** What is told beside the SKU. */
  more?: ReactNode
  /** As many as there are headings. */
  numbers: ReactNode[]
}

interface LinesTableProps {
  headings: string[]
  lines: ShownLine[]
  /** What all of it comes to. */
  total?: string
}

export function LinesTable({ headings, lines, total }: LinesTableProps) {
  const { t } = useSpeech()
  const nameOf = useProductNames(lines.map((it) => it.product_id))
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={t('documents.lines')}>
      <Table className="table" role="table" horizontalSpacing="md" data-stacks __vars={{ '--least-width': '620px', '--stacked-in': '3' }}>
        <Table.Thead role="rowgroup">
          <Table.Tr role="row">
            <Table.Th scope="col" role="columnheader">
              {t('product.name')}
            </Table.Th>
            {headings.map((heading) => (
              <Table.Th key={heading} scope="col" role="columnheader" className="number">
                {heading}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody role="rowgroup">
          {lines.map((it) => (
            <Table.Tr key={it.line} role="row">
              <Table.Td role="cell" className="head">
                <ProductCell id={it.product_id} {...nameOf(it.product_id)} more={it.more} />
              </Table.Td>
              {it.numbers.map((number, at) => (
                <Table.Td key={at} role="cell" className="number" data-label={headings[at]}>
                  {number}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
        {total && (
          <Table.Tfoot role="rowgroup">
            <Table.Tr role="row">
              <Table.Th colSpan={headings.length} scope="row" role="rowheader">
                {t('documents.total')}
              </Table.Th>
              <Table.Td role="cell" className="number" fw={650}>
                {total}
              </Table.Td>
            </Table.Tr>
          </Table.Tfoot>
        )}
      </Table>
    </div>
  )
}

/** How many of a line are there, and which part of it that is. */
export function Share({ of, all }: { of: number; all: number }) {
  const { f } = useSpeech()
  return (
    <span className="share">
      {f.number(of)}
      <Progress value={Math.min(100, (100 * of) / all)} size={4} aria-hidden />
    </span>
  )
}
