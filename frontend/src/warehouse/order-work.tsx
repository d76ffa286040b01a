/** One order in hand: scan what is there, say what is damaged, and send it as that order's own step. */
import { Alert, Badge, Button, Group, NumberInput, Stack, Text, TextInput, UnstyledButton } from '@mantine/core'
import { IconArrowLeft, IconCheck } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState, type FormEvent } from 'react'
import { serverNow } from '~/api/clock'
import { useSpeech, type MessageKey } from '~/i18n'
import { useMe } from '~/session/me'
import { Card, Sku } from '~/ui/page'
import { keptWork, keepWork } from './kept-work'
import { orderQuery } from './open-orders'
import { useOrderName } from './order-list'
import { inHand, withLine, type InHand, type Work } from './in-hand'
import { afterQueue, commandOf, everything, lineFor, openUnits, rejectedOf, unitsOf, type OpenLine, type OpenOrder } from './orders'
import { someone } from './queue'
import { ScanField } from './scan-field'
import { findCode, withCode, withName } from './seen'
import { Stepper, isQuantity } from './stepper'
import type { Queue } from './use-queue'

/** Lines drawn at once; the others are found by scanning. */
const DRAWN = 60

interface WorkProps {
  seen: OpenOrder
  /** A product that was scanned to get here. */
  first?: number
  queue: Queue
  leave(): void
}

export function OrderWork({ seen, first, queue, leave }: WorkProps) {
  const { t, f } = useSpeech()
  const name = useOrderName()
  const me = useMe()
  const who = someone(me)
  const { data } = useQuery(orderQuery(seen))
  const order = afterQueue(data?.order ?? seen, queue.all)
  const isOver = data?.state != null && data.order.lines.length === 0
  const isReceipt = seen.kind === 'purchase'
  const [work, setWork] = useState<Work>(() => {
    const kept = keptWork(who.by, seen.key)
    const line = first === undefined ? undefined : lineFor(seen, kept, first)
    return line ? withLine(kept, { ...inHand(kept, line.line), quantity: inHand(kept, line.line).quantity + 1 }) : kept
  })
  useEffect(() => keepWork(who.by, seen.key, work), [who.by, seen.key, work])
  // What comes after an answer of the server goes by what is in hand then.
  const now = useRef(work)
  now.current = work
  const [current, setCurrent] = useState<number | null>(() => (first === undefined ? null : (lineFor(seen, work, first)?.line ?? null)))
  const [said, setSaid] = useState<{ text: string; isWrong: boolean } | null>(null)
  const [isTried, setTried] = useState(false)
  const reference = useRef<HTMLInputElement>(null)

  // What is in hand is shown, whatever has become of its line meanwhile.
  const gone = seen.lines.filter((it) => !order.lines.some((line) => line.line === it.line) && unitsOf({ ...work, lines: [inHand(work, it.line)] }) > 0)
  const lines = [...order.lines, ...gone.map((it) => ({ ...it, open: 0 }))].sort((a, b) => a.line - b.line)
  const drawn = lines.filter((it, at) => at < DRAWN || it.line === current || inHand(work, it.line).quantity > 0)
  const units = unitsOf(work)
  const rejected = rejectedOf(work)
  const needsReason = work.lines.find((it) => it.rejected > 0 && !it.reason.trim())
  const needsNote = isReceipt && !work.reference.trim()
  const areNumbers = work.lines.every((it) => isQuantity(it.quantity) && isQuantity(it.rejected))

  function change(line: InHand) {
    setWork((before) => withLine(before, line))
  }
  function addOne(productId: number) {
    const line = lineFor({ ...order, lines }, now.current, productId)
    if (!line) return false
    const mine = inHand(now.current, line.line)
    const quantity = mine.quantity + 1
    change({ ...mine, quantity })
    setCurrent(line.line)
    setSaid({ text: t('orders.in_hand', { name: line.name, count: quantity, open: line.open }), isWrong: quantity > line.open })
    return true
  }
  async function scan(text: string) {
    const exact = withCode(lines, text)
    const named = exact.length > 0 ? exact : withName(lines, text)
    const ids = new Set(named.map((it) => it.product_id))
    const [only] = ids
    if (ids.size === 1 && only !== undefined && addOne(only)) return
    if (ids.size > 1) return setSaid({ text: t('orders.several', { text }), isWrong: true })
    const found = await findCode(text).catch(() => [])
    const product = found[0]
    if (product && addOne(product.id)) return
    setSaid({ text: product ? t('orders.not_on_it', { name: product.name }) : t('scan.unknown'), isWrong: true })
  }
  function send(event: FormEvent) {
    event.preventDefault()
    setTried(true)
    if (units + rejected === 0 || !areNumbers) return
    if (needsReason) return setCurrent(needsReason.line)
    if (needsNote) return reference.current?.focus()
    void queue.add(commandOf({ ...order, lines }, work, name(seen.kind, seen.id), who, serverNow()))
    keepWork(who.by, seen.key, null)
    leave()
  }
  return (
    <Stack gap="md">
      <div>
        <Button variant="subtle" color="gray" size="md" px={4} leftSection={<IconArrowLeft size={18} />} onClick={leave}>
          {t(isReceipt ? 'orders.purchase_open' : 'orders.sales_open')}
        </Button>
        <Text component="h2" fz="xl" fw={650} lh={1.3} m={0}>
          {name(seen.kind, seen.id)}
        </Text>
        <Text c="dimmed">{[order.partner, order.reference].filter(Boolean).join(' · ')}</Text>
        {data?.state === null && (
          <Text fz="sm" c="dimmed">
            {t('orders.as_of', { time: f.ago(order.seen_at) })}
          </Text>
        )}
      </div>
      {isOver && (
        <Alert color="yellow" title={t('orders.not_open')} role="alert">
          {t(units + rejected > 0 ? 'orders.is_now_in_hand' : 'orders.is_now', { state: t(`state.${data.state}` as MessageKey) })}
        </Alert>
      )}
      {!isOver && <ScanField hint={t('orders.scan')} onScan={(text) => void scan(text)} ready={seen.key} />}
      <div aria-live="polite" className="live">
        {said && (
          <Alert color={said.isWrong ? 'orange' : 'pine'} py="xs">
            {said.text}
          </Alert>
        )}
      </div>
      <Stack gap={6} component="ul" m={0} p={0} style={{ listStyle: 'none' }} aria-label={t('documents.lines')}>
        {drawn.map((it) => (
          <li key={it.line}>
            <LineCard
              line={it}
              mine={inHand(work, it.line)}
              isReceipt={isReceipt}
              isOpened={current === it.line}
              isTried={isTried}
              open={() => setCurrent(current === it.line ? null : it.line)}
              change={change}
            />
          </li>
        ))}
      </Stack>
      {drawn.length < lines.length && (
        <Text fz="sm" c="dimmed" ta="center">
          {t('orders.more_lines', { count: lines.length - drawn.length })}
        </Text>
      )}
      {isOver && units + rejected > 0 && (
        <Button
          size="lg"
          variant="light"
          onClick={() => {
            keepWork(who.by, seen.key, null)
            leave()
          }}
        >
          {t('orders.put_back')}
        </Button>
      )}
      <form onSubmit={send} noValidate hidden={lines.length === 0 || isOver}>
        <Stack gap="sm">
          {units === 0 && order.lines.length > 0 && (
            <Button variant="light" size="lg" onClick={() => setWork((before) => everything(order, before))}>
              {t('orders.everything', { count: openUnits(order) })}
            </Button>
          )}
          <TextInput
            ref={reference}
            size="lg"
            label={isReceipt ? t('purchase.delivery_reference') : t('sales.tracking')}
            description={isReceipt ? t('orders.note_means') : t('orders.optional')}
            value={work.reference}
            onChange={(event) => {
              const { value } = event.currentTarget
              setWork((before) => ({ ...before, reference: value }))
            }}
            error={isTried && needsNote ? t('orders.note_missing') : undefined}
            autoComplete="off"
          />
          <Button type="submit" size="xl" fullWidth disabled={units + (isReceipt ? rejected : 0) === 0 || !areNumbers}>
            {t(isReceipt ? 'orders.do_receive' : 'orders.do_ship', { count: units })}
          </Button>
        </Stack>
      </form>
    </Stack>
  )
}

interface LineProps {
  line: OpenLine
  mine: InHand
  isReceipt: boolean
  isOpened: boolean
  isTried: boolean
  open(): void
  change(mine: InHand): void
}

function LineCard({ line, mine, isReceipt, isOpened, isTried, open, change }: LineProps) {
  const { t, f } = useSpeech()
  const [isDamaged, setDamaged] = useState(false)
  const rest = line.open - mine.quantity - mine.rejected
  return (
    <Card>
      <UnstyledButton onClick={open} aria-expanded={isOpened} w="100%" mih={44}>
        <Group wrap="nowrap" justify="space-between">
          <div style={{ minWidth: 0 }}>
            <Text fw={600} lh={1.3}>
              {line.name}
            </Text>
            <Sku>{line.sku}</Sku>
          </div>
          <Group gap={6} wrap="nowrap">
            {mine.rejected > 0 && (
              <Badge color="red" variant="light" tt="none">
                {t('purchase.rejected', { count: mine.rejected })}
              </Badge>
            )}
            <Text fz={20} fw={650} className="figures" c={rest < 0 ? 'orange' : undefined} style={{ whiteSpace: 'nowrap' }}>
              {t('orders.of', { count: f.number(mine.quantity), open: f.number(line.open) })}
            </Text>
            {rest === 0 && mine.quantity > 0 && <IconCheck size={20} color="var(--mantine-color-pine-6)" aria-label={t('orders.complete')} />}
          </Group>
        </Group>
      </UnstyledButton>
      {isOpened && (
        <Stack gap="sm" mt="md">
          <Stepper label={t('action.quantity')} value={mine.quantity} onChange={(quantity) => change({ ...mine, quantity: quantity === '' ? 0 : quantity })} />
          {rest < 0 && (
            <Text fz="sm" c="orange">
              {t('orders.too_many')}
            </Text>
          )}
          <Stack gap="xs">
            {rest > 0 && (
              <Button size="lg" variant="default" onClick={() => change({ ...mine, quantity: mine.quantity + rest })}>
                {t('orders.all_of_it', { count: line.open - mine.rejected })}
              </Button>
            )}
            {isReceipt && !isDamaged && mine.rejected === 0 && (
              <Button size="lg" variant="default" onClick={() => setDamaged(true)}>
                {t('orders.damaged')}
              </Button>
            )}
          </Stack>
          {isReceipt && (isDamaged || mine.rejected > 0) && (
            <>
              <NumberInput
                size="lg"
                label={t('orders.rejected')}
                description={t('orders.rejected_means')}
                value={mine.rejected || ''}
                onChange={(rejected) => change({ ...mine, rejected: typeof rejected === 'number' ? rejected : 0 })}
                allowDecimal={false}
                allowNegative={false}
                inputMode="numeric"
              />
              <TextInput
                size="lg"
                label={t('orders.why')}
                value={mine.reason}
                onChange={(event) => change({ ...mine, reason: event.currentTarget.value })}
                error={isTried && mine.rejected > 0 && !mine.reason.trim() ? t('orders.why_missing') : undefined}
              />
            </>
          )}
        </Stack>
      )}
    </Card>
  )
}
