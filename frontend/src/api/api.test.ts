import { describe, expect, it } from 'vitest'
import { KeyRing, isWorthAnotherTry } from './command'
import { framesOf } from './event-stream'
import { ApiProblem, ServerGone, placed, problemOf } from './problems'

describe('problems', () => {
  const answer = (status: number, headers: Record<string, string> = {}) => new Response(null, { status, headers })

  it('stand at their fields, the rest apart', () => {
    const problem = problemOf(answer(422), { message: 'Two faults', type: '/problems/invalid', errors: { quantity: ['Too many.'], other: ['Elsewhere.'] } })
    expect(placed(problem, ['quantity'])).toEqual({ at: { quantity: 'Too many.' }, rest: ['Elsewhere.'] })
    expect(problem.kind).toBe('invalid')
  })

  it('are told whole where no field is at fault', () => {
    expect(placed(problemOf(answer(409), { message: 'Not now' }), ['quantity']).rest).toEqual(['Not now'])
  })

  it('survive an answer that is none of ours', () => {
    const problem = problemOf(answer(502, { 'retry-after': '3' }), '<html>')
    expect(problem.status).toBe(502)
    expect(problem.retryAfter).toBe(3)
    expect(problem.message).not.toBe('')
  })
})

describe('the name of a command', () => {
  it('stays while the same is meant, and is another one afterwards', () => {
    const ring = new KeyRing()
    const first = ring.keyFor({ quantity: 1 })
    expect(ring.keyFor({ quantity: 1 })).toBe(first)
    expect(ring.keyFor({ quantity: 2 })).not.toBe(first)
    const second = ring.keyFor({ quantity: 2 })
    ring.spend()
    expect(ring.keyFor({ quantity: 2 })).not.toBe(second)
  })

  it('is sent again where no answer came, never after a refusal', () => {
    expect(isWorthAnotherTry(new ServerGone())).toBe(true)
    expect(isWorthAnotherTry(new ApiProblem(503, '', '', {}, null))).toBe(true)
    expect(isWorthAnotherTry(new ApiProblem(422, '', '', {}, null))).toBe(false)
  })
})

describe('events', () => {
  it('are read in whatever pieces they come', () => {
    const first = framesOf('retry: 2000\n\nid: 7\nevent: stock.in\ndata: {"a"')
    expect(first.told).toEqual([])
    const second = framesOf(`${first.rest}:1}\n\n`)
    expect(second.told).toEqual([{ id: '7', type: 'stock.in', data: '{"a":1}' }])
  })
})
