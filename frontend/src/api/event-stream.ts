/** Server-sent events by fetch: unlike EventSource, it hears every type without knowing its name. */

export interface Told {
  id: string
  type: string
  data: string
}

/** The events that lie whole in a text, and what is left of it. */
export function framesOf(text: string): { told: Told[]; rest: string } {
  const parts = text.split('\n\n')
  const rest = parts.pop() ?? ''
  const told: Told[] = []
  for (const part of parts) {
    const event: Told = { id: '', type: 'message', data: '' }
    for (const line of part.split('\n')) {
      const colon = line.indexOf(':')
      if (colon <= 0) continue
      const value = line.slice(colon + 1).trimStart()
      const field = line.slice(0, colon)
      if (field === 'id') event.id = value
      else if (field === 'event') event.type = value
      else if (field === 'data') event.data += value
    }
    if (event.id || event.data) told.push(event)
  }
  return { told, rest }
}

const AGAIN_AFTER_MS = [500, 1_000, 2_000, 5_000]

interface Hearing {
  address: string
  signal: AbortSignal
  onOpen(): void
  onLost(): void
  onEvent(event: Told): void
}

/** Listen until the signal ends it; a lost line is taken up again where it broke. */
export async function listen({ address, signal, onOpen, onLost, onEvent }: Hearing): Promise<void> {
  let last = ''
  let tries = 0
  while (!signal.aborted) {
    try {
      const headers: Record<string, string> = { accept: 'text/event-stream' }
      if (last) headers['last-event-id'] = last
      const answer = await fetch(address, { headers, signal })
      if (answer.status === 401 || answer.status === 403) return
      if (!answer.ok || !answer.body) throw new Error(`status ${answer.status}`)
      onOpen()
      tries = 0
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
      let text = ''
      for (;;) {
        const { done, value } = await reader.read()
        if (done) break
        const found = framesOf(text + value)
        text = found.rest
        for (const event of found.told) {
          if (event.id) last = event.id
          if (event.data) onEvent(event)
        }
      }
    } catch {
      // Gone, for whatever reason: told below, and tried again.
    }
    if (signal.aborted) return
    onLost()
    await new Promise((wake) => setTimeout(wake, AGAIN_AFTER_MS[Math.min(tries++, AGAIN_AFTER_MS.length - 1)]))
  }
}
