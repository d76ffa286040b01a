/** Parts of a page, each at an address of its own; the one that is shown is in sight on a phone, too. */
import { Scroller, Tabs } from '@mantine/core'
import { useEffect, useRef } from 'react'

/** For the mouse; who goes by keyboard or reader has every tab as it is. */
const ARROW = { tabIndex: -1, 'aria-hidden': true } as const

interface PageTabsProps {
  label: string
  value: string
  tabs: { key: string; label: string }[]
  pick(key: string): void
}

export function PageTabs({ label, value, tabs, pick }: PageTabsProps) {
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // In braces: some browsers answer a promise, which is no way to clean up.
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ inline: 'center', block: 'nearest' })
  }, [value])
  return (
    <Scroller className="no-print" edgeGradientColor="var(--app-ground)" controlSize={40} scrollAmount={280} draggable={false} startControlProps={ARROW} endControlProps={ARROW} styles={{ content: { minWidth: '100%' } }}>
      <Tabs value={value} flex={1} color="var(--mantine-color-pine-text)" onChange={(key) => key !== null && pick(key)}>
        <Tabs.List ref={list} style={{ flexWrap: 'nowrap' }} aria-label={label}>
          {tabs.map((it) => (
            <Tabs.Tab key={it.key} value={it.key} style={{ whiteSpace: 'nowrap' }}>
              {it.label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs>
    </Scroller>
  )
}
