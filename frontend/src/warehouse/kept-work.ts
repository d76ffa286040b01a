/** What is in hand of an order and not sent yet: it survives closing the app. */
import { NOTHING, type Work } from './in-hand'

const placeOf = (by: string, key: string) => `onhand-work/${by}/${key}`

export function keptWork(by: string, key: string): Work {
  const kept = localStorage.getItem(placeOf(by, key))
  return kept === null ? NOTHING : (JSON.parse(kept) as Work)
}

/** Keep it; null, or nothing in hand: forget it. */
export function keepWork(by: string, key: string, work: Work | null): void {
  const isSomething = work !== null && (work.reference !== '' || work.lines.some((it) => it.quantity > 0 || it.rejected > 0))
  if (isSomething) localStorage.setItem(placeOf(by, key), JSON.stringify(work))
  else localStorage.removeItem(placeOf(by, key))
}
