import { describe, expect, it } from 'vitest'
import { ApiProblem, ServerGone } from '~/api/problems'
import { commandFor, meant, meantAgain, outcomeOf, sendAll, someone, type Queued } from './queue'

function memory(commands: Queued[]) {
  const kept = new Map(commands.map((it) => [it.key, it]))
  return {
    kept,
    waiting: async () => [...kept.values()].filter((it) => it.state === 'waiting'),
    put: async (command: Queued) => void kept.set(command.key, command),
  }
}

const NOW = new Date('2026-01-02T03:04:05Z')
const problem = (status: number, kind = '') => new ApiProblem(status, 'No', kind, {}, null)

describe('the queue', () => {
  it('keeps the key and the moment of a command over every try', async () => {
    const command = meant('/adjust', { quantity: 2 }, 'Lamp', 'user:ann', new Date('2026-01-02T03:04:05Z'))
    const keeper = memory([command])
    const sent: string[] = []
    const gone = async (it: Queued) => {
      sent.push(`${it.key} ${String(it.body.occurred_at)}`)
      throw new ServerGone()
    }
    expect(await sendAll(keeper, gone)).toBe(false)
    expect(await sendAll(keeper, gone)).toBe(false)
    expect(new Set(sent)).toEqual(new Set([`${command.key} 2026-01-02T03:04:05.000Z`]))
    expect(keeper.kept.get(command.key)).toMatchObject({ state: 'waiting', tries: 2 })
  })

  it('sends in order, and stops where nobody answers', async () => {
    const commands = [1, 2, 3].map((at) => meant('/adjust', { quantity: at }, 'Lamp', 'user:ann', NOW))
    const keeper = memory(commands)
    const sent: unknown[] = []
    await sendAll(keeper, async (it) => {
      sent.push(it.body.quantity)
      if (it.body.quantity === 2) throw new ServerGone()
      return 'ok'
    })
    expect(sent).toEqual([1, 2])
  })

  it('keeps a refusal for somebody to decide, and goes on behind it', async () => {
    const commands = [meant('/a', {}, 'A', 'user:ann', NOW), meant('/b', {}, 'B', 'user:ann', NOW)]
    const keeper = memory(commands)
    const all = await sendAll(keeper, async (it) => {
      if (it.label === 'A') throw new ApiProblem(422, 'Insufficient stock', 'insufficient_available', {}, null)
      return 'Done'
    })
    expect(all).toBe(true)
    expect([...keeper.kept.values()].map((it) => [it.state, it.message, it.problem])).toEqual([
      ['refused', 'Insufficient stock', 'insufficient_available'],
      ['accepted', 'Done', undefined],
    ])
    // A refusal is the answer to its key for good: once more is under another, of the same time.
    const [refused] = keeper.kept.values()
    const again = meantAgain(refused!)
    expect(again).toMatchObject({ state: 'waiting', message: null, body: refused!.body })
    expect(again.key).not.toBe(refused!.key)
  })

  it('waits for a server that is busy, gone, or wants one to sign in', () => {
    for (const error of [new ServerGone(), problem(503), problem(500), problem(429), problem(401), problem(409, 'key_in_flight')]) {
      expect(outcomeOf(error)).toEqual({ kind: 'wait' })
    }
    for (const status of [403, 404, 409, 412, 422]) expect(outcomeOf(problem(status)).kind).toBe('refused')
  })

  it('says what each mode means, in the words of the API', () => {
    const product = { id: 7, name: 'Lamp' }
    const ann = someone({ kind: 'user', name: 'ann', display_name: 'Ann' })
    expect(commandFor('pick', product, 3, 2, null, ann, NOW).body).toMatchObject({ quantity: -3, warehouse_id: 2 })
    expect(commandFor('count', product, 3, 2, null, ann, NOW).body).toMatchObject({ counted_quantity: 3, counted_by: 'Ann' })
    expect(commandFor('move', product, 3, 2, 5, ann, NOW)).toMatchObject({ path: '/api/v1/operations/inventory/transfer', body: { from_warehouse_id: 2, to_warehouse_id: 5 } })
  })
})
