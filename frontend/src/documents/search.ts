/** What lists of documents keep in their addresses. */
import { flag, paged, searchOf, word } from '~/ui/search'

export const documentSearch = searchOf({ ...paged, state: word, open: flag })
export type DocumentSearch = ReturnType<typeof documentSearch>
