/** The table of a document's lines: a product each, and its numbers. */
import { Table } from '@mantine/core'
import type { ReactNode } from 'react'
import { useSpeech } from '~/i18n'

export function LinesTable({ numbers, foot, children }: { numbers: string[]; foot?: ReactNode; children: ReactNode }) {
  const { t } = useSpeech()
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={t('documents.lines')}>
      <Table className="table" horizontalSpacing="md" miw={620}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('product.name')}</Table.Th>
            {numbers.map((heading) => (
              <Table.Th key={heading} scope="col" className="number">
                {heading}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
        {foot && <Table.Tfoot>{foot}</Table.Tfoot>}
      </Table>
    </div>
  )
}
