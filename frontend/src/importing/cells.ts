/** A pasted or chosen table, read for a look at it: the server reads it in earnest. */

export interface Cells {
  header: string[]
  rows: string[][]
}

function delimiterOf(line: string): string {
  const counts = ['\t', ';', ',', '|'].map((it): [string, number] => [it, line.split(it).length])
  return counts.reduce((best, it) => (it[1] > best[1] ? it : best))[0]
}

/** The cells of a text, quotes and line breaks within them included. */
export function cellsOf(text: string, most = Number.POSITIVE_INFINITY): Cells {
  const delimiter = delimiterOf(text.slice(0, text.indexOf('\n') < 0 ? text.length : text.indexOf('\n')))
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  for (let at = 0; at < text.length && rows.length <= most; at++) {
    const sign = text[at]
    if (quoted) {
      if (sign !== '"') cell += sign
      else if (text[at + 1] === '"') cell += text[++at]
      else quoted = false
    } else if (sign === '"' && cell === '') quoted = true
    else if (sign === delimiter) {
      row.push(cell)
      cell = ''
    } else if (sign === '\n') {
      rows.push([...row, cell.replace(/\r$/, '')])
      row = []
      cell = ''
    } else cell += sign
  }
  if (cell !== '' || row.length > 0) rows.push([...row, cell])
  const [header = [], ...rest] = rows
  return { header: header.map((it) => it.trim()), rows: rest }
}
