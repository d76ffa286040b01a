/** What lists of documents keep in their addresses. */
import { flag, paged, searchOf, whole, word } from '~/ui/search'

export const documentSearch = searchOf({ ...paged, state: word, open: flag, product: whole, warehouse: whole, supplier: whole, customer: word })
export type DocumentSearch = ReturnType<typeof documentSearch>
