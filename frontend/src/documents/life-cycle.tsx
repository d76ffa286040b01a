/** A document's life cycle, drawn: where it has been, where it is, what comes. */
import { Box, Group, Text } from '@mantine/core'
import { IconCheck, IconX } from '@tabler/icons-react'
import { useEffect, useRef } from 'react'
import { useSpeech, type MessageKey } from '~/i18n'

interface Past {
  to_state: string
}

/** The states of a way through a life: those that were passed, the present one, and those that may come. */
export function way(main: readonly string[], state: string, history: readonly Past[]): { state: string; kind: 'past' | 'now' | 'to come' }[] {
  const been = history.map((it) => it.to_state)
  const at = main.indexOf(state)
  if (at < 0) {
    // An end beside the way: what was passed, then the end.
    const passed = main.filter((it) => been.includes(it))
    return [...passed.map((it) => ({ state: it, kind: 'past' as const })), { state, kind: 'now' }]
  }
  return main
    .filter((it, index) => index >= at || been.includes(it))
    .map((it) => ({ state: it, kind: it === state ? 'now' : main.indexOf(it) < at ? 'past' : 'to come' }))
}

export function LifeCycle({ main, state, history }: { main: readonly string[]; state: string; history: readonly Past[] }) {
  const { t } = useSpeech()
  const shown = way(main, state, history)
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // Where it is now is in sight on a phone, too; the page itself stays where it is.
    const now = box.current?.querySelector<HTMLElement>('[aria-current]')
    if (box.current && now) box.current.scrollLeft = now.offsetLeft + now.offsetWidth / 2 - box.current.clientWidth / 2
  }, [state])
  return (
    <Box ref={box} pos="relative" className="card" p="md" style={{ overflowX: 'auto' }} tabIndex={0} role="group" aria-label={t('documents.life_cycle')}>
      <Group component="ol" gap={0} wrap="nowrap" m={0} p={0} miw="max-content" style={{ listStyle: 'none' }}>
        {shown.map((it, index) => {
          const done = it.kind === 'past'
          const now = it.kind === 'now'
          const bad = now && it.state === 'cancelled'
          const end = now && index === shown.length - 1
          const fill = bad ? 'var(--mantine-color-red-7)' : done || now ? 'var(--mantine-primary-color-filled)' : 'transparent'
          return (
            <Group component="li" key={it.state} gap={0} wrap="nowrap" style={{ flex: index === 0 ? '0 0 auto' : '1 0 auto' }} aria-current={now ? 'step' : undefined}>
              {index > 0 && <Box h={2} miw={22} style={{ flex: 1, background: it.kind === 'to come' ? 'var(--app-line)' : 'var(--mantine-primary-color-filled)' }} mx={8} />}
              <Box
                w={24}
                h={24}
                bdrs="xl"
                c="white"
                style={{ display: 'grid', placeItems: 'center', flex: 'none', background: fill, border: `2px solid ${it.kind === 'to come' ? 'var(--mantine-color-gray-4)' : fill}` }}
                aria-hidden
              >
                {bad ? <IconX size={14} stroke={3} /> : done || end ? <IconCheck size={14} stroke={3} /> : now ? <Box w={8} h={8} bdrs="xl" bg="white" /> : null}
              </Box>
              <Text fz="sm" ml={8} fw={now ? 650 : 480} c={it.kind === 'to come' ? 'dimmed' : undefined} style={{ whiteSpace: 'nowrap' }}>
                {t(`state.${it.state}` as MessageKey)}
              </Text>
            </Group>
          )
        })}
      </Group>
    </Box>
  )
}
