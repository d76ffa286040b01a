/** Products and levels as last seen: looked up on the server, else in what the browser kept. */
import { answerOf, api } from '~/api/client'
import { ServerGone } from '~/api/problems'
import { keep, level, product, products, type Seen, type SeenLevel } from './storage'

const PAGE = 200
const MOST_PAGES = 25

/** See as much of the catalogue as a phone should carry, and the stock of one warehouse. */
export async function seeAll(warehouseId: number, seesStock: boolean): Promise<void> {
  for (let page = 1; page <= MOST_PAGES; page++) {
    const answer = await answerOf(api.GET('/api/v1/operations/products', { params: { query: { page, per_page: PAGE, is_active: true } } }))
    await keep('products', answer.data.map((it) => ({ id: it.id, sku: it.sku, name: it.name, barcode: it.barcode, unit: it.unit })))
    if (page >= answer.meta.last_page) break
  }
  if (!seesStock) return
  for (let page = 1; page <= MOST_PAGES; page++) {
    const answer = await answerOf(api.GET('/api/v1/operations/warehouses/{warehouse_id}/products', { params: { path: { warehouse_id: warehouseId }, query: { page, per_page: PAGE } } }))
    const seen_at = new Date().toISOString()
    await keep('levels', answer.data.map((it) => ({ key: `${warehouseId}/${it.product_id}`, on_hand: it.quantity_on_hand, reserved: it.quantity_reserved, seen_at })))
    if (page >= answer.meta.last_page) break
  }
}

/** Those that have this very code: a barcode, or an SKU in any case. */
export function withCode<Known extends Pick<Seen, 'sku' | 'barcode'>>(known: Known[], code: string): Known[] {
  const wanted = code.toLowerCase()
  return known.filter((it) => it.barcode === code || it.sku.toLowerCase() === wanted)
}

/** Those that have this in their name or SKU, as many as a phone shows. */
export function withName<Known extends Pick<Seen, 'sku' | 'name'>>(known: Known[], part: string): Known[] {
  const wanted = part.toLowerCase()
  return known.filter((it) => it.name.toLowerCase().includes(wanted) || it.sku.toLowerCase().includes(wanted)).slice(0, 8)
}

type Asked = { barcode: string } | { sku: string } | { search: string }

/** What a text means, by the first question that finds something; of memory where nobody answers. */
async function asked(questions: Asked[], remember: (known: Seen[]) => Seen[]): Promise<Seen[]> {
  try {
    for (const query of questions) {
      const answer = await api.GET('/api/v1/operations/products', { params: { query: { ...query, per_page: 8, is_active: true } } })
      // A text that can be no barcode is refused as one: the next question is another.
      const found = answer.data?.data ?? []
      if (found.length > 0) {
        const seen = found.map((it) => ({ id: it.id, sku: it.sku, name: it.name, barcode: it.barcode, unit: it.unit }))
        await keep('products', seen)
        return seen
      }
    }
    return []
  } catch (error) {
    if (!(error instanceof ServerGone)) throw error
    return remember(await products())
  }
}

/** Products that have this very code. */
export function findCode(text: string): Promise<Seen[]> {
  const code = text.trim()
  return asked([{ barcode: code }, { sku: code }], (known) => withCode(known, code))
}

/** Products whose name, SKU or barcode has this in it. */
export function findName(text: string): Promise<Seen[]> {
  const part = text.trim()
  return asked([{ search: part }], (known) => withName(known, part))
}

/** Products by their ids; those that were never seen are asked for. */
export async function productsById(ids: number[]): Promise<Map<number, Seen>> {
  const found = new Map<number, Seen>()
  for (const id of new Set(ids)) {
    let seen = await product(id)
    if (!seen) {
      const { data } = await answerOf(api.GET('/api/v1/operations/products/{product_id}', { params: { path: { product_id: id } } }))
      seen = { id, sku: data.sku, name: data.name, barcode: data.barcode, unit: data.unit }
      await keep('products', [seen])
    }
    found.set(id, seen)
  }
  return found
}

/** A level, fresh where the server answers, else as last seen. */
export async function levelOf(warehouseId: number, productId: number): Promise<SeenLevel | null> {
  try {
    const answer = await answerOf(api.GET('/api/v1/operations/inventory/{product_id}', { params: { path: { product_id: productId }, query: { warehouse_id: warehouseId } } }))
    const seen: SeenLevel = { key: `${warehouseId}/${productId}`, on_hand: answer.data.quantity_on_hand, reserved: answer.data.quantity_reserved, seen_at: new Date().toISOString() }
    await keep('levels', [seen])
    return seen
  } catch (error) {
    if (!(error instanceof ServerGone)) return null
    return (await level(warehouseId, productId)) ?? null
  }
}
