/** Parts of a page, each at an address of its own; the one that is shown is in sight on a phone, too. */
import { ScrollArea, Tabs } from '@mantine/core'
import { useEffect, useRef } from 'react'

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
    <ScrollArea type="never" className="no-print">
      <Tabs value={value} onChange={(key) => key !== null && pick(key)}>
        <Tabs.List ref={list} style={{ flexWrap: 'nowrap' }} aria-label={label}>
          {tabs.map((it) => (
            <Tabs.Tab key={it.key} value={it.key} style={{ whiteSpace: 'nowrap' }}>
              {it.label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs>
    </ScrollArea>
  )
}
