/** Commands that count once: one key per thing that is meant, kept while nobody knows whether it arrived. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { newKey } from './client'
import { ApiProblem, ServerGone } from './problems'

const TRIES = 3
const PAUSE_MS = 600

/** Whether sending it again, under the same key, may bring an answer. */
export function isWorthAnotherTry(error: unknown): boolean {
  if (error instanceof ServerGone) return true
  return error instanceof ApiProblem && (error.status === 503 || error.status === 429 || (error.status === 409 && error.kind === 'key_in_flight'))
}

/** Whoever signs in where a session had ended: the same one, or another. */
export const SIGNED_IN = 'onhand:signed-in'

/** Waits for the one whose session ended to be back; somebody else sends nothing of theirs. */
function backAgain(ended: ApiProblem): Promise<void> {
  return new Promise((goOn, giveUp) => {
    window.addEventListener(SIGNED_IN, (event) => ((event as CustomEvent<boolean>).detail ? goOn() : giveUp(ended)), { once: true })
  })
}

/** Send it; where the session has ended, once more when they are back: nothing came of it before. */
export async function sent<Answer>(send: () => Promise<Answer>): Promise<Answer> {
  try {
    return await send()
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 401) throw error
    await backAgain(error)
    return send()
  }
}

/** The key for what is meant: another one as soon as something else is meant. */
export class KeyRing {
  private content = ''
  private key = ''

  keyFor(content: unknown): string {
    const written = JSON.stringify(content)
    if (!this.key || written !== this.content) {
      this.key = newKey()
      this.content = written
    }
    return this.key
  }

  /** What was meant is done: the same content again is something new. */
  spend() {
    this.key = ''
  }
}

interface Options<Body, Answer> {
  send(body: Body, key: string): Promise<Answer>
  /** Whose answers it changes. */
  touches: string[]
  onDone?(answer: Answer, body: Body): void
}

/** Asks anew for what is no longer as it was shown. */
export function useRefresh(): (names: string[]) => Promise<unknown> {
  const queries = useQueryClient()
  return (names) => Promise.all(names.map((name) => queries.invalidateQueries({ queryKey: [name] })))
}

export function useCommand<Body, Answer>({ send, touches, onDone }: Options<Body, Answer>) {
  const refresh = useRefresh()
  const ring = useRef(new KeyRing())
  return useMutation<Answer, Error, Body>({
    mutationFn: (body) => {
      const key = ring.current.keyFor(body)
      return sent(() => send(body, key))
    },
    retry: (tries, error) => tries < TRIES && isWorthAnotherTry(error),
    retryDelay: (tries) => PAUSE_MS * 2 ** tries,
    onSuccess(answer, body) {
      ring.current.spend()
      void refresh(touches)
      onDone?.(answer, body)
    },
  })
}
