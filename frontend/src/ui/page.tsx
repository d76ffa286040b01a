/** What every page is made of: its head, and what it shows while it has nothing to show. */
import { Alert, Anchor, Box, Button, Group, SimpleGrid, Skeleton, Stack, Text, ThemeIcon, Title, type SimpleGridProps } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import { IconAlertTriangle, IconCloudOff, IconLock, IconMoodEmpty, type Icon } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { ApiProblem, ServerGone } from '~/api/problems'
import { useSpeech } from '~/i18n'
import { To } from './link'

interface PageProps {
  title: string
  lead?: ReactNode
  above?: ReactNode
  actions?: ReactNode
  /** How wide it is at most, in pixels: forms are narrower than tables. */
  width?: number
  children: ReactNode
}

export function Page({ title, lead, above, actions, width = 1760, children }: PageProps) {
  useDocumentTitle(`${title} · Onhand`)
  return (
    <Stack gap="lg" maw={width} mx="auto" w="100%">
      <Group justify="space-between" align="flex-end" gap="sm">
        <Box miw={0} style={{ flex: '1 1 260px' }}>
          {above}
          <Title order={1} fz={{ base: 22, sm: 26 }} lh={1.25} style={{ overflowWrap: 'anywhere' }}>
            {title}
          </Title>
          {lead && (
            <Text component="div" c="dimmed" mt={4} maw={780}>
              {lead}
            </Text>
          )}
        </Box>
        {actions && (
          <Group gap="xs" className="no-print">
            {actions}
          </Group>
        )}
      </Group>
      {children}
    </Stack>
  )
}

/** The way back to the list that a page belongs to. */
export function Back({ to, children }: { to: string; children: ReactNode }) {
  return (
    <Anchor component={Link} to={to} fz="sm" c="dimmed" className="no-print">
      ← {children}
    </Anchor>
  )
}

interface EmptyProps {
  icon?: Icon
  title: string
  text?: ReactNode
  action?: ReactNode
}

/** Nothing is here: what that means, and what to do. */
export function Empty({ icon: Picture = IconMoodEmpty, title, text, action }: EmptyProps) {
  return (
    <Stack align="center" gap="xs" py={48} px="md" ta="center">
      <ThemeIcon variant="light" size={52} radius="xl" aria-hidden>
        <Picture size={26} stroke={1.6} />
      </ThemeIcon>
      <Text fw={600} fz="lg" mt={4}>
        {title}
      </Text>
      {text && (
        <Text c="dimmed" maw={440} style={{ textWrap: 'balance' }}>
          {text}
        </Text>
      )}
      {action && <Box mt="xs">{action}</Box>}
    </Stack>
  )
}

/** What went wrong, in its words, and the way out. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useSpeech()
  const gone = error instanceof ServerGone
  const refused = error instanceof ApiProblem && error.status === 403
  const missing = error instanceof ApiProblem && error.status === 404
  const title = gone ? t('error.gone') : refused ? t('error.refused') : missing ? t('error.missing') : t('error.failed')
  const text = gone ? t('error.gone_text') : error instanceof Error ? error.message : String(error)
  return (
    <div className="card" role="alert">
      <Empty
        icon={gone ? IconCloudOff : refused ? IconLock : IconAlertTriangle}
        title={title}
        text={text}
        action={
          retry && !refused && !missing ? (
            <Button variant="light" onClick={retry}>
              {t('error.again')}
            </Button>
          ) : null
        }
      />
    </div>
  )
}

/** Where a page will be: the same room, quiet. */
export function Loading({ lines = 6 }: { lines?: number }) {
  const { t } = useSpeech()
  return (
    <Stack gap="sm" aria-busy aria-label={t('loading')} role="status">
      {Array.from({ length: lines }, (_, at) => (
        <Skeleton key={at} height={at === 0 ? 32 : 18} width={at === 0 ? '32%' : `${96 - ((at * 13) % 38)}%`} />
      ))}
    </Stack>
  )
}

/** Sentences of the API that belong to no field of a form. */
export function Said({ texts }: { texts: string[] }) {
  if (texts.length === 0) return null
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle size={18} />} role="alert">
      {texts.join(' ')}
    </Alert>
  )
}

interface CardProps {
  title?: ReactNode
  side?: ReactNode
  pad?: boolean
  /** As high as what stands beside it. */
  fill?: boolean
  children: ReactNode
}

/** A card with a heading. */
export function Card({ title, side, pad = true, fill, children }: CardProps) {
  return (
    <section className="card" style={fill ? { height: '100%' } : undefined}>
      {title && (
        <Group justify="space-between" px="md" pt="sm" pb={pad ? 0 : 'xs'} gap="xs">
          <Title order={2} fz="md" fw={620}>
            {title}
          </Title>
          {side}
        </Group>
      )}
      <Box p={pad ? 'md' : 0}>{children}</Box>
    </section>
  )
}

/** A name and what it stands for, in pairs. */
export function Facts({ rows }: { rows: [ReactNode, ReactNode][] }) {
  return (
    <Box component="dl" m={0} style={{ display: 'grid', gridTemplateColumns: 'max-content 1fr', gap: '8px 20px' }}>
      {rows.map(([name, value], at) => (
        <Box key={at} style={{ display: 'contents' }}>
          <Text component="dt" c="dimmed" fz="sm">
            {name}
          </Text>
          <Text component="dd" m={0} fz="sm" className="figures" style={{ overflowWrap: 'anywhere' }}>
            {value}
          </Text>
        </Box>
      ))}
    </Box>
  )
}

export interface Figure {
  label: string
  value: ReactNode
  /** The one that matters most. */
  main?: boolean
  color?: string
}

interface FiguresProps {
  figures: Figure[]
  cols: SimpleGridProps['cols']
  faded?: boolean
}

/** Numbers that are read at a glance, a tile each; they stand on one line, however long their names are. */
export function Figures({ figures, cols, faded }: FiguresProps) {
  return (
    <SimpleGrid cols={cols} spacing="sm" style={{ opacity: faded ? 0.6 : 1 }}>
      {figures.map(({ label, value, main, color }) => (
        <Stack key={label} className="card" p="sm" gap={0} justify="space-between">
          <Text fz="xs" c="dimmed">
            {label}
          </Text>
          <Text fz={{ base: 18, sm: 22 }} fw={main ? 680 : 560} className="figures" c={color} style={{ whiteSpace: 'nowrap' }}>
            {value}
          </Text>
        </Stack>
      ))}
    </SimpleGrid>
  )
}

/** A product as rows of tables name it. */
export function ProductCell({ id, name, sku, more }: { id: number; name: string; sku: string; more?: ReactNode }) {
  return (
    <div className="named">
      <To to={`/products/${id}`}>{name}</To>
      <Group gap={8}>
        <Sku>{sku}</Sku>
        {more}
      </Group>
    </div>
  )
}

export function Sku({ children }: { children: ReactNode }) {
  return <code className="sku">{children}</code>
}
