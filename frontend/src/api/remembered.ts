/** What is remembered for times without network: the last answer, and when it came. */
import { ApiProblem, ServerGone } from './problems'

/** Ask; where nobody answers, what was answered before. */
export async function remembered<T>(name: string, ask: () => Promise<T>): Promise<T> {
  const place = `onhand-last-${name}`
  try {
    const answer = await ask()
    localStorage.setItem(place, JSON.stringify(answer))
    return answer
  } catch (error) {
    // Nobody is signed in any more: what the one before was told is not for whoever comes next.
    if (error instanceof ApiProblem && error.status === 401) forgetAll()
    const last = error instanceof ServerGone ? localStorage.getItem(place) : null
    if (last === null) throw error
    return JSON.parse(last) as T
  }
}

/** Forget everything: another person signs in here, or nobody. */
export function forgetAll() {
  for (const name of Object.keys(localStorage)) if (name.startsWith('onhand-last-')) localStorage.removeItem(name)
}
