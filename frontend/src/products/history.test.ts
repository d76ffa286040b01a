import { describe, expect, it } from 'vitest'
import { historyOf } from './history'

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()

describe('the history of a product', () => {
  it('is worked back from what is there now', () => {
    const newestFirst = [
      { movement_type: 'out', quantity: -2, occurred_at: at(30) },
      { movement_type: 'released', quantity: -2, occurred_at: at(30) },
      { movement_type: 'reserved', quantity: 2, occurred_at: at(20) },
      { movement_type: 'in', quantity: 10, occurred_at: at(10) },
    ]
    const found = historyOf(newestFirst, { onHand: 8, reserved: 0 }, Date.UTC(2026, 0, 1, 1))
    expect(found.onHand).toEqual([0, 10, 10, 8, 8])
    expect(found.reserved).toEqual([0, 0, 2, 0, 0])
    expect(found.arrivals).toHaveLength(1)
    expect([...found.times].sort((a, b) => a - b)).toEqual(found.times)
  })

  it('is a line of one point where nothing moved', () => {
    expect(historyOf([], { onHand: 3, reserved: 1 }, 60_000)).toEqual({ times: [60], onHand: [3], reserved: [1], arrivals: [] })
  })
})
