/** Lists as somebody left them, filters and page included: the way back leads there. */
const left = new Map<string, string>()

/** A page is left: its path, and its whole address. */
export function leave(path: string, address: string) {
  left.set(path, address)
}

/** Where a list was left, else its beginning. */
export const placeLeft = (path: string): string => left.get(path) ?? path
