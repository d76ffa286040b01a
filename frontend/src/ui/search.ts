/** What a list keeps in the address: read with care, written without what goes without saying. */

export type Search = Record<string, unknown>

export function word(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined
}

export function whole(value: unknown): number | undefined {
  const number = Number(value)
  return Number.isSafeInteger(number) && number > 0 ? number : undefined
}

export function oneOf<T extends string>(allowed: readonly T[]) {
  return (value: unknown): T | undefined => allowed.find((it) => it === value)
}

export function flag(value: unknown): boolean | undefined {
  return value === true || value === 'true' ? true : value === false || value === 'false' ? false : undefined
}

type Readers = Record<string, (value: unknown) => unknown>
export type Read<R extends Readers> = { [K in keyof R]?: Exclude<ReturnType<R[K]>, undefined> }

/** A search as its readers understand it; what they do not understand is left out. */
export function searchOf<R extends Readers>(readers: R): (given: Search) => Read<R> {
  return (given) => {
    const found: Record<string, unknown> = {}
    for (const [name, read] of Object.entries(readers)) {
      const value = read(given[name])
      if (value !== undefined) found[name] = value
    }
    return found as Read<R>
  }
}

export const paged = { page: whole, per_page: whole, sort: word }

/** An address with what of its query is asked for. */
export function addressed(path: string, query: Record<string, string | number | undefined>): string {
  const asked = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) asked.set(name, String(value))
  return asked.size === 0 ? path : `${path}?${asked}`
}
