import { describe, expect, it } from 'vitest'
import { numberBefore, type Numbered } from './numbers'

const at = (minute: number) => new Date(Date.UTC(2026, 0, 2, 3, minute))

/** Events with gaps between their numbers, one a minute. */
function feed(numbers: number[]) {
  let looks = 0
  const events: Numbered[] = numbers.map((number, minute) => ({ number, time: at(minute).toISOString(), type: 'stock.received' }))
  return {
    next: async (after: number) => {
      looks += 1
      return events.find((it) => it.number > after) ?? null
    },
    looks: () => looks,
  }
}

describe('the number of a moment', () => {
  it('is that of the last event before it', async () => {
    for (const numbers of [[1], [1, 2, 3, 4], [3, 9, 10, 40, 41, 700], [1000, 1001]]) {
      for (let minute = 0; minute <= numbers.length; minute++) {
        const expected = minute === 0 ? 0 : numbers[minute - 1]
        expect(await numberBefore(at(minute), feed(numbers).next), `${String(numbers)} at ${minute}`).toBe(expected)
      }
    }
    expect(await numberBefore(at(5), feed([]).next)).toBe(0)
  })
  it('takes few looks among many', async () => {
    const many = feed(Array.from({ length: 50_000 }, (_, number) => number + 1))
    expect(await numberBefore(at(31_000), many.next)).toBe(31_000)
    expect(many.looks()).toBeLessThan(40)
  })
})
