/** States in a word and a colour; never by colour alone. */
import { useSpeech, type MessageKey } from '~/i18n'

const STATUS: Record<string, string> = { in_stock: 'pine', low_stock: 'yellow', out_of_stock: 'red', on_backorder: 'orange' }

const STATES: Record<string, string> = {
  draft: 'gray',
  pending: 'yellow',
  approved: 'blue',
  sent: 'blue',
  shipped: 'blue',
  confirmed: 'blue',
  counting: 'blue',
  partially_received: 'yellow',
  partially_shipped: 'yellow',
  review: 'yellow',
  completed: 'pine',
  received: 'pine',
  posted: 'pine',
  closed: 'gray',
  cancelled: 'red',
}

export function StockStatus({ status }: { status: string | undefined }) {
  const { t } = useSpeech()
  if (!status) return null
  return <Word color={STATUS[status] ?? 'gray'}>{t(`status.${status}` as MessageKey)}</Word>
}

export function DocumentState({ state, size }: { state: string; size?: string }) {
  const { t } = useSpeech()
  // A sales order that was shipped is done; a transfer that was shipped is under way.
  return (
    <Word color={STATES[state] ?? 'gray'} size={size}>
      {t(`state.${state}` as MessageKey)}
    </Word>
  )
}

/** Plain elements: a page of a table has a hundred of these. */
export function Word({ color, size = 'md', children }: { color: string; size?: string; children: string }) {
  return (
    <span className="word" data-size={size} style={{ color: `var(--word-${color}, var(--mantine-color-${color}-light-color))`, background: `var(--mantine-color-${color}-light)` }}>
      {children}
    </span>
  )
}
