/** What is in hand of an order while one works on it: received or picked, and not sent yet. */
export type OrderKind = 'purchase' | 'sales'

/** What is in hand of a line. */
export interface InHand {
  line: number
  quantity: number
  rejected: number
  reason: string
}

/** What is in hand of an order, and the number of the delivery or the parcel. */
export interface Work {
  lines: InHand[]
  reference: string
}

export const NOTHING: Work = { lines: [], reference: '' }

export function inHand(work: Work, line: number): InHand {
  return work.lines.find((it) => it.line === line) ?? { line, quantity: 0, rejected: 0, reason: '' }
}

/** With something else in hand of one line. */
export function withLine(work: Work, changed: InHand): Work {
  return { ...work, lines: [...work.lines.filter((it) => it.line !== changed.line), changed].sort((a, b) => a.line - b.line) }
}
