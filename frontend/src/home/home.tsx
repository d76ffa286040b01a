/** What needs somebody today, each with the next step; and what just happened. */
import { Button, Grid, Group, SimpleGrid, Skeleton, Stack, Text } from '@mantine/core'
import { IconAlertCircle, IconArrowRight, IconBookmark, IconCheck, IconChecklist, IconClockExclamation, IconPackageOff, IconShoppingCart, IconStairsDown, IconTruckDelivery, IconTruckLoading, IconUserCheck, type Icon } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useSpeech, type MessageKey } from '~/i18n'
import { useMay, useMe } from '~/session/me'
import { StockStatus } from '~/ui/badges'
import { To } from '~/ui/link'
import { Card, Empty, Failure, Loading, Page, Sku } from '~/ui/page'
import { Recent } from './recent'
import { SLOW, counted, tasksOf, lowestQuery, lateQuery } from './queries'

interface Task {
  label: MessageKey
  icon: Icon
  color: string
  to: string
}

const TASKS: Record<string, Task> = {
  out: { label: 'home.out', icon: IconPackageOff, color: 'red', to: '/products?status=out_of_stock' },
  low: { label: 'home.low', icon: IconStairsDown, color: 'yellow', to: '/reports/reorder' },
  backordered: { label: 'home.backordered', icon: IconClockExclamation, color: 'orange', to: '/products?status=on_backorder' },
  to_ship: { label: 'home.to_ship', icon: IconShoppingCart, color: 'blue', to: '/sales-orders?open=true' },
  to_approve: { label: 'home.to_approve', icon: IconUserCheck, color: 'grape', to: '/purchase-orders?state=pending' },
  to_come: { label: 'home.to_come', icon: IconTruckDelivery, color: 'blue', to: '/purchase-orders?open=true' },
  in_transit: { label: 'home.in_transit', icon: IconTruckLoading, color: 'blue', to: '/transfers?open=true' },
  to_review: { label: 'home.to_review', icon: IconChecklist, color: 'grape', to: '/counts?state=review' },
  counts_due: { label: 'home.counts_due', icon: IconChecklist, color: 'yellow', to: '/reports/counts-due' },
  expiring: { label: 'home.expiring', icon: IconBookmark, color: 'orange', to: '/reports/reservations?expiring=true' },
}

export function Home() {
  const { t, f } = useSpeech()
  const may = useMay()
  const me = useMe()
  const hour = new Date().getHours()
  const greeting = t(hour < 11 ? 'home.morning' : hour < 18 ? 'home.day' : 'home.evening')
  const name = me.display_name ?? (me.kind === 'user' ? me.name : null)
  const tasks = tasksOf(may)
  return (
    <Page title={name ? `${greeting}, ${name}` : greeting} lead={t('home.lead', { date: f.today() })}>
      {tasks.length > 0 ? (
        <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }} spacing="sm">
          {tasks.map((key) => (
            <TaskCard key={key} name={key} task={TASKS[key] as Task} />
          ))}
        </SimpleGrid>
      ) : (
        <div className="card">
          <Empty icon={IconCheck} title={t('home.nothing')} text={t('home.nothing_text')} action={<To to="/warehouse">{t('nav.warehouse')}</To>} />
        </div>
      )}
      {may('stock.read') && (
        <Grid gap="lg">
          <Grid.Col span={{ base: 12, lg: 7 }}>
            <Stack gap="lg">
              <Lowest />
              {may('purchasing.read') && <Late />}
              <LaterPlots />
            </Stack>
          </Grid.Col>
          <Grid.Col span={{ base: 12, lg: 5 }}>
            <Recent />
          </Grid.Col>
        </Grid>
      )}
      <Text fz="xs" c="dimmed">
        {t('home.as_of', { time: f.time(new Date().toISOString()) })}
      </Text>
    </Page>
  )
}

const Plots = lazy(async () => ({ default: (await import('./plots')).Plots }))

/** The plots, once what is to be done is there. */
function LaterPlots() {
  const { isFetched } = useQuery(lowestQuery)
  return isFetched ? (
    <Suspense fallback={null}>
      <Plots />
    </Suspense>
  ) : null
}

/** Plain elements: there are ten of these, and they are what a day begins with. */
function TaskCard({ name, task }: { name: string; task: Task }) {
  const { t, f } = useSpeech()
  const navigate = useNavigate()
  const { data, error } = useQuery({ ...counted(name), enabled: useTurn(name) })
  const none = data === 0
  const Picture = none ? IconCheck : task.icon
  return (
    <a
      href={task.to}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey) return
        event.preventDefault()
        void navigate({ to: task.to })
      }}
      className="card task"
      data-task={name}
    >
      <span className="task-head">
        {data === undefined && !error ? (
          <Skeleton height={31} width={48} />
        ) : (
          <span className="task-count figures" data-none={none}>
            {error ? '–' : f.number(data)}
          </span>
        )}
        <span className="task-picture" style={pictureColors(none ? 'gray' : task.color)} aria-hidden>
          <Picture size={18} stroke={1.8} />
        </span>
      </span>
      <span className="task-name">{t(task.label)}</span>
    </a>
  )
}

const AFTER_THE_REST_MS = 1_500

/** Whether a number may be asked for: the one that takes the server long comes after all others. */
function useTurn(name: string): boolean {
  const [turn, setTurn] = useState(name !== SLOW)
  useEffect(() => {
    const soon = setTimeout(() => setTurn(true), AFTER_THE_REST_MS)
    return () => clearTimeout(soon)
  }, [])
  return turn
}

const pictureColors = (color: string) => ({ color: `var(--mantine-color-${color}-light-color)`, background: `var(--mantine-color-${color}-light)` })

function Lowest() {
  const { t, f } = useSpeech()
  const { data, error, refetch } = useQuery(lowestQuery)
  const may = useMay()
  return (
    <Card title={t('home.order_next')} side={<To to="/reports/reorder">{t('home.all')}</To>}>
      {error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : !data ? (
        <Loading lines={5} />
      ) : data.length === 0 ? (
        <Empty icon={IconCheck} title={t('home.enough')} text={t('home.enough_text')} />
      ) : (
        <>
          {data.map((line) => (
            <div key={line.product_id} className="line spread">
              <div className="line-what">
                <div className="truncated">
                  <To to={`/products/${line.product_id}`}>{line.name}</To>
                </div>
                <Sku>{line.sku}</Sku> {line.quantity_available <= 0 && <StockStatus status="out_of_stock" />}
              </div>
              <div className="line-side figures">
                {t('home.left', { count: line.quantity_on_hand })}
                {line.days_of_cover !== null && line.quantity_on_hand > 0 ? ` · ${t('home.cover', { days: f.number(line.days_of_cover, 1) })}` : ''}
                <div className="small">
                  {line.order_quantity === 0 ? t('home.on_its_way') : line.supplier ? t('home.order_from', { quantity: f.number(line.order_quantity), supplier: line.supplier }) : t('home.order_some', { quantity: f.number(line.order_quantity) })}
                </div>
              </div>
            </div>
          ))}
          {may('purchasing.write') && (
            <Group pt="md">
              <Button variant="light" component="a" href="/reports/reorder" rightSection={<IconArrowRight size={16} />}>
                {t('home.make_orders')}
              </Button>
            </Group>
          )}
        </>
      )}
    </Card>
  )
}

function Late() {
  const { t, f } = useSpeech()
  const { data } = useQuery(lateQuery)
  if (!data || data.length === 0) return null
  return (
    <Card title={t('home.late')} side={<IconAlertCircle size={18} color="var(--mantine-color-orange-6)" aria-hidden />}>
      <Stack gap={8}>
        {data.map((order) => (
          <Group key={order.id} justify="space-between" fz="sm">
            <To to={`/purchase-orders/${order.id}`}>{t('purchase.number', { id: order.id })}</To>
            <Text inherit c="dimmed">
              {t('home.expected', { date: f.date(order.expected_date) })} · {t('home.missing', { count: order.quantity_on_order })}
            </Text>
          </Group>
        ))}
      </Stack>
    </Card>
  )
}
