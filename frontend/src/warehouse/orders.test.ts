import { describe, expect, it } from 'vitest'
import { aheadBy, withAnswer } from '~/api/clock'
import { withLine, type Work } from './in-hand'
import { afterQueue, commandOf, everything, lineFor, named, numberIn, unitsOf, type OpenOrder } from './orders'
import { someone, withoutOrder } from './queue'

const NOW = new Date('2026-01-02T03:04:05Z')
const ann = someone({ kind: 'user', name: 'ann', display_name: 'Ann' })
const line = (number: number, product_id: number, open: number) => ({ line: number, product_id, open, name: `P${product_id}`, sku: `S-${product_id}`, barcode: null })

function order(kind: 'purchase' | 'sales' = 'purchase'): OpenOrder {
  const lines = [line(1, 7, 5), line(2, 8, 2), line(3, 7, 4)]
  return { key: `${kind}/12/1`, place: `${kind}/1`, kind, id: 12, warehouse_id: 1, partner: 'Day Ltd', reference: 'Spring', due: null, mark: '', seen_at: '', lines }
}
const hand = (number: number, quantity: number, rejected = 0, reason = '') => ({ line: number, quantity, rejected, reason })

describe('a scanned order', () => {
  it('is known by its number, as people and papers write it', () => {
    for (const text of ['PO-12', 'po 12', 'PO12', '#12', 'https://shop.example/purchase-orders/12']) expect(numberIn(text, 'purchase')).toEqual({ id: 12, isSaid: true })
    expect(numberIn('12', 'purchase')).toEqual({ id: 12, isSaid: false })
    for (const text of ['SO-12', 'https://shop.example/sales-orders/12', 'KIT-12', 'Plate 12', '']) expect(numberIn(text, 'purchase')).toBeNull()
  })
  it('or by its reference', () => {
    expect(named([order()], 'spring', 'purchase')?.id).toBe(12)
    expect(named([order()], '13', 'purchase')).toBeUndefined()
  })
})

describe('what is in hand', () => {
  it('fills the first line of a product that is open, then the next, then goes over at the last', () => {
    let work: Work = { lines: [], reference: '' }
    const lines = []
    for (let unit = 0; unit < 10; unit++) {
      const found = lineFor(order(), work, 7)!
      lines.push(found.line)
      work = withLine(work, hand(found.line, (work.lines.find((it) => it.line === found.line)?.quantity ?? 0) + 1))
    }
    expect(lines).toEqual([1, 1, 1, 1, 1, 3, 3, 3, 3, 3])
    expect(lineFor(order(), work, 9)).toBeUndefined()
  })
  it('is everything that is open, without what is rejected', () => {
    const work = everything(order(), { lines: [hand(1, 0, 2, 'wet')], reference: '' })
    expect(work.lines.map((it) => it.quantity)).toEqual([3, 2, 4])
    expect(unitsOf(work)).toBe(9)
  })
})

describe('the command', () => {
  const work: Work = { lines: [hand(1, 3, 2, ' wet '), hand(2, 0), hand(3, 1)], reference: ' DN-1 ' }
  it('receives a purchase order, in part, with what is rejected and why', () => {
    const command = commandOf(order(), work, 'PO 12', ann, NOW)
    expect(command.path).toBe('/api/v1/operations/purchase-orders/12/receive')
    const lines = [
      { line: 1, received: 3, rejected: 2, reason: 'wet' },
      { line: 3, received: 1, rejected: 0, reason: undefined },
    ]
    expect(command.body).toEqual({ delivery_reference: 'DN-1', lines, occurred_at: NOW.toISOString() })
    expect(command).toMatchObject({ units: 4, by: 'user:ann', state: 'waiting' })
  })
  it('ships a sales order out of this warehouse', () => {
    const command = commandOf(order('sales'), { lines: [hand(2, 2)], reference: '' }, 'SO 12', ann, NOW)
    expect(command.path).toBe('/api/v1/sales/orders/12/ship')
    expect(command.body).toEqual({ warehouse_id: 1, reference: undefined, lines: [{ line: 2, quantity: 2 }], occurred_at: NOW.toISOString() })
  })
  it('is taken off what was last seen for as long as it waits', () => {
    const command = commandOf(order(), { lines: [hand(1, 3), hand(2, 2)], reference: 'x' }, 'PO 12', ann, NOW)
    const open = (state: 'waiting' | 'accepted') => afterQueue(order(), [{ ...command, state }]).lines.map((it) => [it.line, it.open])
    expect(open('waiting')).toEqual([[1, 2], [3, 4]])
    expect(open('accepted')).toEqual([[1, 5], [2, 2], [3, 4]])
    expect(afterQueue({ ...order(), key: 'purchase/13/1' }, [command]).lines).toHaveLength(3)
  })
  it('becomes one for each product where the order takes nothing in any more', () => {
    const { order: about } = commandOf(order(), work, 'PO 12', ann, NOW)
    const commands = withoutOrder(about!, ann, NOW)
    expect(commands.map((it) => [it.path, it.body.quantity])).toEqual([
      ['/api/v1/operations/inventory/7/adjust', 3],
      ['/api/v1/operations/inventory/7/adjust', 1],
    ])
  })
})

describe('the time of a command', () => {
  it('is the server’s, never after it, whatever the clock of the device says', () => {
    const told = 'Fri, 02 Jan 2026 03:04:05 GMT'
    expect(aheadBy(told, NOW.getTime() + 90_400)).toBe(90_400)
    expect(aheadBy(null, 0)).toBeNull()
    expect(Math.min(...withAnswer([900, 300], 40))).toBe(40)
    // The clock was set: what was learned before is about another clock.
    expect(withAnswer([90_400, 90_300], 200)).toEqual([200])
  })
})
