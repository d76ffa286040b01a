/** The queue as screens see it, and the one place that sends from it. */
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { noteAnswer } from '~/api/clock'
import { ServerGone, problemOf } from '~/api/problems'
import { meantAgain, sendAll, type Keeper, type Queued } from './queue'
import { commands, dropCommand, putCommand } from './storage'

const AGAIN_MS = 4_000
const CHANGED = 'onhand:queue'

async function send(command: Queued): Promise<string> {
  let answer: Response
  try {
    answer = await fetch(command.path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', 'idempotency-key': command.key },
      body: JSON.stringify(command.body),
      signal: AbortSignal.timeout(20_000),
    })
  } catch {
    throw new ServerGone()
  }
  noteAnswer(answer)
  const body: unknown = await answer.json().catch(() => null)
  if (!answer.ok) throw problemOf(answer, body)
  return (body as { message?: string } | null)?.message ?? 'OK'
}

const keeperOf = (by: string): Keeper => ({ waiting: async () => (await commands()).filter((it) => it.state === 'waiting' && it.by === by), put: putCommand })

/** One tab sends at a time: two would be harmless, for the keys, but a waste. */
async function sendWaiting(keeper: Keeper): Promise<boolean> {
  if (!('locks' in navigator)) return sendAll(keeper, send)
  return (await navigator.locks.request('onhand-queue', { ifAvailable: true }, (lock) => (lock ? sendAll(keeper, send) : true))) ?? true
}

export interface Queue {
  all: Queued[]
  add(command: Queued): Promise<void>
  drop(key: string): Promise<void>
  again(command: Queued): Promise<void>
  hurry(): void
}

export function useQueue(by: string): Queue {
  const queries = useQueryClient()
  const keeper = useMemo(() => keeperOf(by), [by])
  const [all, setAll] = useState<Queued[]>([])
  const look = useCallback(async () => setAll(await commands()), [])
  const work = useCallback(async () => {
    const before = await keeper.waiting()
    await sendWaiting(keeper)
    await look()
    if (before.length === (await keeper.waiting()).length) return
    for (const name of ['product', 'products', 'movements', 'home', 'purchase-orders', 'sales-orders']) void queries.invalidateQueries({ queryKey: [name] })
  }, [keeper, look, queries])

  useEffect(() => {
    void look().then(work)
    const tell = () => void look()
    const online = () => void work()
    const timer = setInterval(() => {
      void keeper.waiting().then((waiting) => (waiting.length > 0 ? work() : undefined))
    }, AGAIN_MS)
    window.addEventListener(CHANGED, tell)
    window.addEventListener('online', online)
    return () => {
      clearInterval(timer)
      window.removeEventListener(CHANGED, tell)
      window.removeEventListener('online', online)
    }
  }, [keeper, look, work])

  const changed = async (part: Promise<void>) => {
    await part
    window.dispatchEvent(new Event(CHANGED))
  }
  return {
    all,
    // It is kept before anything else: whatever happens next, it is not lost.
    add: async (command) => {
      await changed(putCommand(command))
      void work()
    },
    drop: (key) => changed(dropCommand(key)),
    again: async (command) => {
      await putCommand(meantAgain(command))
      await changed(dropCommand(command.key))
      void work()
    },
    hurry: () => void work(),
  }
}
