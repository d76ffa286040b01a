/** Documents by their numbers, as people write them: 12, #12, PO-12, "sales order 12". */
import type { MessageKey } from '~/i18n'
import type { Permission } from '~/session/me'

export interface Numbered {
  to: string
  label: MessageKey
  id: number
  needs: Permission
}

const KINDS: { path: string; label: MessageKey; needs: Permission; short: string }[] = [
  { path: '/sales-orders', label: 'sales.number', needs: 'sales.read', short: 'so' },
  { path: '/purchase-orders', label: 'purchase.number', needs: 'purchasing.read', short: 'po' },
  { path: '/transfers', label: 'transfer.number', needs: 'transfers.read', short: 'tr' },
  { path: '/counts', label: 'count.number', needs: 'counts.read', short: 'co' },
]

/** Longer ones are barcodes. */
const NUMBER = /^(.*?)[\s#-]*(\d{1,7})$/

/** Those that a text may mean, by the names that `named` gives them; none where it holds no number at its end. */
export function documentsOf(text: string, named: (label: MessageKey, id: number) => string): Numbered[] {
  const parts = NUMBER.exec(text.trim().toLowerCase())
  const id = Number(parts?.[2])
  if (!parts || id === 0) return []
  const words = (parts[1] ?? '').trim()
  return KINDS.filter(({ label, short }) => words === '' || words === short || named(label, id).toLowerCase().startsWith(words)).map(({ path, label, needs }) => ({ to: `${path}/${id}`, label, id, needs }))
}
