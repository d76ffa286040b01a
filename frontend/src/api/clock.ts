/** What time it is by the server's clock: a device's own may go wrong, and the ledger takes nothing of the future. */

const KEPT_AS = 'onhand-clock-ahead'
const REMEMBERED = 12
/** More than an answer takes: the device's clock was set. */
const JUMP_MS = 60_000
let seen: number[] = []

/** How far a device's clock is ahead, by an answer of the server: never less than it really is. */
export function aheadBy(date: string | null, now: number): number | null {
  // The header is cut to the second, and took a while to come: both only make it look more ahead.
  const told = date === null ? Number.NaN : Date.parse(date)
  return Number.isNaN(told) ? null : now - told
}

/** The latest answers, with one more: what came before the clock was set counts no more. */
export function withAnswer(before: number[], ahead: number): number[] {
  return [...before.filter((it) => Math.abs(it - ahead) < JUMP_MS), ahead].slice(-REMEMBERED)
}

/** Learn from an answer. */
export function noteAnswer(answer: Response, now: number = Date.now()): void {
  const ahead = aheadBy(answer.headers.get('date'), now)
  if (ahead === null) return
  seen = withAnswer(seen, ahead)
  localStorage.setItem(KEPT_AS, String(Math.min(...seen)))
}

/** Now, as the server would say; without network by what it last said. */
export function serverNow(now: number = Date.now()): Date {
  return new Date(now - (Number(localStorage.getItem(KEPT_AS)) || 0))
}
