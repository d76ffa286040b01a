/** Numbers of events: which one a moment stands for. */
import { answerOf, api } from '~/api/client'
import { ApiProblem } from '~/api/problems'

export interface Numbered {
  number: number
  time: string
  type: string
}

/** The first event after a number; none where that is the newest. */
export type Next = (after: number) => Promise<Numbered | null>

/** Asked of the feed: events that are not there yet are none. */
export async function nextEvent(after: number): Promise<Numbered | null> {
  try {
    for (let from = after; ; ) {
      const { data, meta } = await answerOf(api.GET('/api/v1/operations/events', { params: { query: { after: from, limit: 1 } } }))
      const [event] = data
      if (event) return { number: Number(event.id), time: event.time, type: event.type }
      if (!meta.has_more) return null
      from = meta.next_after
    }
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 422) return null
    throw error
  }
}

/** The number after which all is told that happened from a moment on: a few dozen looks, whatever there is.
 *
 * Numbers rise as events are written. One that was reported late stands among those of its writing, and is
 * told again with them.
 */
export async function numberBefore(moment: Date, next: Next): Promise<number> {
  const isBefore = (event: Numbered | null): event is Numbered => event !== null && new Date(event.time) < moment
  let low = 0
  let high = 1
  for (let event = await next(high); isBefore(event); event = await next(high)) {
    low = event.number
    high = 2 * event.number
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    const event = await next(middle)
    if (isBefore(event)) low = event.number
    else high = middle
  }
  const last = await next(low)
  return isBefore(last) ? last.number : low
}
