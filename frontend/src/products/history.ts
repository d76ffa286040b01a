/** A product's quantities over time, worked back from what they are now, movement by movement. */

export interface Moved {
  movement_type: string
  quantity: number
  occurred_at: string
}

export interface History {
  /** Seconds since 1970, rising; the last is now. */
  times: number[]
  onHand: number[]
  reserved: number[]
  /** When goods came in. */
  arrivals: number[]
}

const OF_RESERVED = new Set(['reserved', 'released'])

/** `newestFirst` are movements of all warehouses; the quantities are those after the first of them. */
export function historyOf(newestFirst: readonly Moved[], now: { onHand: number; reserved: number }, nowMs: number): History {
  let { onHand, reserved } = now
  const points: [number, number, number][] = [[nowMs / 1_000, onHand, reserved]]
  const arrivals: number[] = []
  for (const moved of newestFirst) {
    const at = new Date(moved.occurred_at).getTime() / 1_000
    points.push([at, onHand, reserved])
    if (moved.movement_type === 'in') arrivals.push(at)
    if (OF_RESERVED.has(moved.movement_type)) reserved -= moved.quantity
    else onHand -= moved.quantity
  }
  const oldest = points.at(-1)
  if (oldest && newestFirst.length > 0) points.push([oldest[0] - 1, onHand, reserved])
  points.reverse()
  // Of one moment only the last says what is true after it.
  const last = points.filter(([at], index) => points[index + 1]?.[0] !== at)
  return { times: last.map((it) => it[0]), onHand: last.map((it) => it[1]), reserved: last.map((it) => it[2]), arrivals }
}
