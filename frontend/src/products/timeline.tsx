/** Movements, newest first, each a sentence that explains its number. */
import { Box, Button, Group, Select, Text, Timeline as Line } from '@mantine/core'
import { IconAdjustments, IconArrowBackUp, IconArrowDown, IconArrowUp, IconArrowsExchange, IconBookmark, IconBookmarkOff, IconChecklist, type Icon } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { answerOf, api } from '~/api/client'
import { useSpeech, type MessageKey } from '~/i18n'
import { To } from '~/ui/link'
import { Card, Empty, Failure, Loading } from '~/ui/page'
import { useWarehouseName } from '~/ui/pickers'
import { documentOf } from './references'
import type { Movement } from './queries'

const PICTURES: Record<string, Icon> = {
  in: IconArrowDown,
  out: IconArrowUp,
  adjustment: IconAdjustments,
  transfer: IconArrowsExchange,
  count: IconChecklist,
  reserved: IconBookmark,
  released: IconBookmarkOff,
}
const COLORS: Record<string, string> = { in: 'pine', out: 'blue', adjustment: 'yellow', transfer: 'grape', count: 'gray', reserved: 'cyan', released: 'cyan' }
const TYPES = Object.keys(PICTURES)

export function Timeline({ productId }: { productId: number }) {
  const { t } = useSpeech()
  const [type, setType] = useState<string | null>(null)
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['movements', 'timeline', productId, type],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ signal, pageParam }) =>
      answerOf(
        api.GET('/api/v1/operations/stock-movements', {
          params: { query: { product_id: productId, movement_type: (type as Movement['movement_type']) ?? undefined, sort: '-occurred_at', per_page: 25, cursor: pageParam } },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.meta.next_cursor ?? undefined,
  })
  const movements = data?.pages.flatMap((page) => page.data)
  return (
    <Card
      title={t('product.movements')}
      side={
        <Select
          size="xs"
          w={170}
          data={TYPES.map((it) => ({ value: it, label: t(`movement.${it}` as MessageKey) }))}
          value={type}
          onChange={setType}
          placeholder={t('movement.all')}
          aria-label={t('movement.type')}
          clearable
        />
      }
    >
      {error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : !movements ? (
        <Loading lines={8} />
      ) : movements.length === 0 ? (
        <Empty icon={IconArrowBackUp} title={t('movement.none')} text={t('movement.none_text')} />
      ) : (
        <>
          <Line bulletSize={26} lineWidth={1} active={-1} mt={4}>
            {movements.map((movement) => (
              <Entry key={movement.id} movement={movement} />
            ))}
          </Line>
          {hasNextPage && (
            <Button variant="default" size="xs" mt="md" onClick={() => void fetchNextPage()} loading={isFetchingNextPage}>
              {t('movement.more')}
            </Button>
          )}
        </>
      )}
    </Card>
  )
}

function Entry({ movement }: { movement: Movement }) {
  const { t, f } = useSpeech()
  const warehouse = useWarehouseName()
  const Picture = PICTURES[movement.movement_type] ?? IconAdjustments
  const held = movement.movement_type === 'reserved' || movement.movement_type === 'released'
  const document = documentOf(movement)
  return (
    <Line.Item bullet={<Picture size={14} aria-hidden />} color={COLORS[movement.movement_type]} styles={{ itemBullet: { background: 'var(--app-raised)', borderWidth: 1 } }}>
      <Group justify="space-between" gap="xs" wrap="nowrap" align="flex-start">
        <Box miw={0}>
          <Text fz="sm" fw={580}>
            {t(`movement.${movement.movement_type}` as MessageKey)}{' '}
            <Text span inherit fw={450} c="dimmed">
              · {warehouse(movement.warehouse_id)}
            </Text>
          </Text>
          {(movement.reason || movement.reference || document) && (
            <Text fz="sm" style={{ overflowWrap: 'anywhere' }}>
              {[movement.reason, movement.reference].filter(Boolean).join(' · ')}{' '}
              {document && (
                <To to={document.to}>
                  {t(document.label, { id: document.id })}
                </To>
              )}
            </Text>
          )}
          <Text fz="xs" c="dimmed" title={movement.created_by}>
            <time dateTime={movement.occurred_at}>{f.time(movement.occurred_at)}</time> · {movement.created_by.replace(/^(user|key):/, '')}
          </Text>
        </Box>
        <Box ta="right" className="figures" style={{ whiteSpace: 'nowrap' }}>
          <Text fw={640} c={movement.quantity < 0 ? 'red' : movement.quantity > 0 ? 'pine' : undefined} fz="sm">
            {f.signed(movement.quantity)}
          </Text>
          <Text fz="xs" c="dimmed">
            {t(held ? 'movement.reserved_went' : 'movement.on_hand_went', { before: f.number(movement.quantity_before), after: f.number(movement.quantity_after) })}
          </Text>
        </Box>
      </Group>
    </Line.Item>
  )
}
