/** Products and levels as last seen: looked up on the server, else in what the browser kept. */
import { answerOf, api } from '~/api/client'
import { ServerGone } from '~/api/problems'
import { keep, level, products, type Seen, type SeenLevel } from './storage'

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

/** Whether a scanned or typed text means a product: its barcode or SKU exactly, else its name. */
export function fitting(known: Seen[], text: string): Seen[] {
  const wanted = text.trim().toLowerCase()
  const exact = known.filter((it) => it.barcode === text.trim() || it.sku.toLowerCase() === wanted)
  return exact.length > 0 ? exact : known.filter((it) => it.name.toLowerCase().includes(wanted) || it.sku.toLowerCase().includes(wanted)).slice(0, 8)
}

/** What a text means, asked of the server, or of memory where nobody answers. */
export async function find(text: string): Promise<Seen[]> {
  const trimmed = text.trim()
  try {
    for (const query of [{ barcode: trimmed }, { sku: trimmed }, { search: trimmed }]) {
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
    return fitting(await products(), trimmed)
  }
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
