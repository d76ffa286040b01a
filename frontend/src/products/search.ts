/** What the list of products keeps in its address. */
import { flag, oneOf, paged, searchOf, whole, word } from '~/ui/search'

export const STATUSES = ['in_stock', 'low_stock', 'out_of_stock', 'on_backorder'] as const

export const productSearch = searchOf({
  ...paged,
  search: word,
  status: oneOf(STATUSES),
  warehouse: whole,
  archived: flag,
  columns: word,
})
