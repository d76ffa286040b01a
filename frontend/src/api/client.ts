/** The API, typed by its own OpenAPI document. Whatever goes wrong is thrown as a problem. */
import createClient from 'openapi-fetch'
import { noteAnswer } from './clock'
import type { components, paths } from './onhand'
import { ServerGone, problemOf } from './problems'

export type Schemas = components['schemas']

const ANSWER_PATIENCE_MS = 30_000

async function patientFetch(request: Request): Promise<Response> {
  const signals = [request.signal, AbortSignal.timeout(ANSWER_PATIENCE_MS)]
  try {
    const answer = await fetch(request, { signal: AbortSignal.any(signals) })
    noteAnswer(answer)
    return answer
  } catch (error) {
    if (request.signal.aborted) throw error
    throw new ServerGone()
  }
}

export const api = createClient<paths>({ fetch: patientFetch, headers: { accept: 'application/json' } })

interface Answered<T> {
  data?: T
  error?: unknown
  response: Response
}

/** What the API answered; raises `ApiProblem` or `ServerGone`. */
export async function answerOf<T>(asked: Promise<Answered<T>>): Promise<T> {
  const { data, error, response } = await asked
  if (!response.ok || data === undefined) {
    if (response.status === 401) window.dispatchEvent(new Event('onhand:signed-out'))
    throw problemOf(response, error)
  }
  return data
}

/** A name for a command, so that it counts once however often it is sent. */
export function newKey(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID()
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
