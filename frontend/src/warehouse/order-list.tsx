/** Open orders to choose from: what is due first stands first. */
import { Alert, Button, Group, Stack, Text, UnstyledButton } from '@mantine/core'
import { IconChevronRight } from '@tabler/icons-react'
import { useState } from 'react'
import { useSpeech } from '~/i18n'
import { type OrderKind } from './in-hand'
import { openOf, openUnits, type OpenOrder } from './orders'

const SHOWN = 5

/** What people call an order of a kind. */
export function useOrderName(): (kind: OrderKind, id: number) => string {
  const { t } = useSpeech()
  return (kind, id) => t(kind === 'purchase' ? 'purchase.number' : 'sales.number', { id })
}

interface ButtonProps {
  order: OpenOrder
  /** Of which product the open units are told; none: of all. */
  productId?: number
  choose(order: OpenOrder): void
}

export function OrderButton({ order, productId, choose }: ButtonProps) {
  const { t, f } = useSpeech()
  const name = useOrderName()
  const units = productId === undefined ? openUnits(order) : openOf(order, productId)
  const due = order.due && t(order.kind === 'purchase' ? 'home.expected' : 'orders.wanted_by', { date: f.date(order.due) })
  return (
    <UnstyledButton className="card" p="md" onClick={() => choose(order)}>
      <Group wrap="nowrap" justify="space-between">
        <div style={{ minWidth: 0 }}>
          <Text fw={600}>{name(order.kind, order.id)}</Text>
          <Text fz="sm" c="dimmed" truncate>
            {[order.partner, order.reference].filter(Boolean).join(' · ') || '–'}
          </Text>
          <Text fz="sm" className="figures">
            {t(order.kind === 'purchase' ? 'orders.to_come' : 'orders.to_pick', { count: units })}
            {due && ` · ${due}`}
          </Text>
        </div>
        <IconChevronRight size={22} aria-hidden style={{ flexShrink: 0 }} />
      </Group>
    </UnstyledButton>
  )
}

interface ListProps {
  kind: OrderKind
  orders: OpenOrder[]
  /** Whether nobody can say if they are still so. */
  isOld: boolean
  choose(order: OpenOrder): void
}

export function OrderList({ kind, orders, isOld, choose }: ListProps) {
  const { t, f } = useSpeech()
  const [all, setAll] = useState(false)
  const title = t(kind === 'purchase' ? 'orders.purchase_open' : 'orders.sales_open')
  const oldest = orders.reduce((least, it) => (it.seen_at < least ? it.seen_at : least), orders[0]?.seen_at ?? '')
  return (
    <Stack gap={6} component="section" aria-label={title}>
      <Group justify="space-between" gap="xs">
        <Text fw={620}>{title}</Text>
        {isOld && oldest && (
          <Text fz="sm" c="dimmed">
            {t('orders.as_of', { time: f.ago(oldest) })}
          </Text>
        )}
      </Group>
      {orders.length === 0 && (
        <Text fz="sm" c="dimmed">
          {t(kind === 'purchase' ? 'orders.no_purchase' : 'orders.no_sales')}
        </Text>
      )}
      {(all ? orders : orders.slice(0, SHOWN)).map((it) => (
        <OrderButton key={it.key} order={it} choose={choose} />
      ))}
      {!all && orders.length > SHOWN && (
        <Button size="lg" variant="subtle" onClick={() => setAll(true)}>
          {t('orders.all', { count: orders.length })}
        </Button>
      )}
    </Stack>
  )
}

/** An order that a text names and that has nothing open here. */
export function NotOpen({ text }: { text: string }) {
  const { t } = useSpeech()
  return (
    <Alert color="yellow" title={t('orders.not_open')} role="alert">
      {text}
    </Alert>
  )
}
