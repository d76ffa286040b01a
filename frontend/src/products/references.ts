/** The document behind a movement, where the app has a page for it. */
import type { MessageKey } from '~/i18n'

interface Referring {
  reference_type: string | null
  reference_id: number | null
  transfer_id: number | null
  sales_order_id: number | null
}

const PAGES: Record<string, { path: string; label: MessageKey }> = {
  purchase_order: { path: '/purchase-orders', label: 'purchase.number' },
  sales_order: { path: '/sales-orders', label: 'sales.number' },
  count: { path: '/counts', label: 'count.number' },
  transfer: { path: '/transfers', label: 'transfer.number' },
}

export function documentOf(movement: Referring): { to: string; id: number; label: MessageKey } | null {
  if (movement.sales_order_id !== null) return { to: `/sales-orders/${movement.sales_order_id}`, id: movement.sales_order_id, label: 'sales.number' }
  const page = movement.reference_type ? PAGES[movement.reference_type] : undefined
  if (page && movement.reference_id !== null) return { to: `${page.path}/${movement.reference_id}`, id: movement.reference_id, label: page.label }
  return null
}
