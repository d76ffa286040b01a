/** What reports keep in their addresses. */
import { flag, paged, searchOf, whole, word } from '~/ui/search'

export const reportSearch = searchOf({ ...paged, warehouse: whole, product: whole, type: word, cursor: word, expiring: flag, at: word, supplier: whole, from: word, to: word })
export type ReportSearch = ReturnType<typeof reportSearch>
