/** What may go wrong between the app and the API, as values that screens can show. */

export type FieldErrors = Record<string, string[]>

/** The API answered with a problem: its words, its fields, its kind. */
export class ApiProblem extends Error {
  readonly status: number
  readonly kind: string
  readonly errors: FieldErrors
  readonly retryAfter: number | null

  constructor(status: number, message: string, kind: string, errors: FieldErrors, retryAfter: number | null) {
    super(message)
    this.name = 'ApiProblem'
    this.status = status
    this.kind = kind
    this.errors = errors
    this.retryAfter = retryAfter
  }
}

/** No answer came: whether the request arrived is unknown. */
export class ServerGone extends Error {
  constructor() {
    super('no answer')
    this.name = 'ServerGone'
  }
}

/** A problem from an answer's body, whatever that body is. */
export function problemOf(response: Response, body: unknown): ApiProblem {
  const told = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  const message = typeof told.message === 'string' && told.message ? told.message : response.statusText || `HTTP ${response.status}`
  const kind = typeof told.type === 'string' ? told.type.replace('/problems/', '') : ''
  const wait = Number(response.headers.get('retry-after'))
  return new ApiProblem(response.status, message, kind, fieldErrors(told.errors), Number.isFinite(wait) && wait > 0 ? wait : null)
}

function fieldErrors(given: unknown): FieldErrors {
  if (typeof given !== 'object' || given === null) return {}
  const pairs = Object.entries(given).map(([field, texts]) => [field, Array.isArray(texts) ? texts.map(String) : [String(texts)]])
  return Object.fromEntries(pairs)
}

/** Errors for the fields that a form shows, and the sentences that belong to none of them. */
export function placed(problem: unknown, fields: readonly string[]): { at: Record<string, string>; rest: string[] } {
  if (!(problem instanceof ApiProblem)) return { at: {}, rest: [] }
  const at: Record<string, string> = {}
  const rest: string[] = []
  for (const [field, texts] of Object.entries(problem.errors)) {
    if (fields.includes(field)) at[field] = texts.join(' ')
    else rest.push(...texts)
  }
  if (rest.length === 0 && Object.keys(at).length === 0) rest.push(problem.message)
  return { at, rest }
}
