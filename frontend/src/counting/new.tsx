/** A new count: of a whole warehouse, of a class, or of some products. */
import { Button, Group, NumberInput, SegmentedControl, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { answerOf, api, type Schemas } from '~/api/client'
import { useCommand } from '~/api/command'
import { ApiProblem, placed } from '~/api/problems'
import { LineEditor, newLine, type DraftLine } from '~/documents/line-editor'
import { tell } from '~/documents/steps'
import { useSpeech } from '~/i18n'
import { Back, Card, Page, Said } from '~/ui/page'
import { WarehousePicker } from '~/ui/pickers'

type Scope = 'warehouse' | 'class' | 'products'

export function NewCount() {
  const { t } = useSpeech()
  const navigate = useNavigate()
  const [warehouseId, setWarehouseId] = useState<number | null>(1)
  const [scope, setScope] = useState<Scope>('class')
  const [abc, setAbc] = useState<'A' | 'B' | 'C'>('A')
  const [lines, setLines] = useState<DraftLine[]>([newLine(null, 1)])
  const [reference, setReference] = useState('')
  const [percent, setPercent] = useState<number | ''>('')
  const create = useCommand<Schemas['NewCount'], { message: string; data: { id: number } }>({
    send: (body, key) => answerOf(api.POST('/api/v1/operations/counts', { body, headers: { 'Idempotency-Key': key } })),
    touches: ['counts', 'home'],
    onDone(answer) {
      tell(t('action.done'), answer.message)
      void navigate({ to: `/counts/${answer.data.id}` })
    },
  })
  const { at, rest } = placed(create.error, ['warehouse_id', 'reference', 'recount_percent'])
  const ready = warehouseId !== null && (scope !== 'products' || lines.every((it) => it.product))
  function submit(event: FormEvent) {
    event.preventDefault()
    if (!ready || create.isPending) return
    create.mutate({
      warehouse_id: warehouseId,
      abc_class: scope === 'class' ? abc : undefined,
      lines: scope === 'products' ? lines.map((it) => ({ product_id: it.product?.id ?? 0 })) : undefined,
      reference: reference.trim() || undefined,
      recount_percent: percent === '' ? undefined : percent,
      start: true,
    })
  }
  return (
    <Page width={1000} title={t('count.new')} above={<Back to="/counts">{t('nav.counts')}</Back>}>
      <form onSubmit={submit} noValidate>
        <Stack gap="lg">
          <Said texts={[...rest, ...(create.error && !(create.error instanceof ApiProblem) ? [t('action.lost')] : [])]} />
          <Card>
            <Stack>
              <WarehousePicker label={t('action.warehouse')} value={warehouseId} onPick={setWarehouseId} error={at.warehouse_id} allowDeselect={false} />
              <div>
                <Text fz="sm" fw={500} mb={4} id="scope">
                  {t('count.scope')}
                </Text>
                <SegmentedControl
                  aria-labelledby="scope"
                  value={scope}
                  onChange={(value) => setScope(value as Scope)}
                  data={[
                    { value: 'class', label: t('count.scope_class') },
                    { value: 'products', label: t('count.scope_products') },
                    { value: 'warehouse', label: t('count.scope_warehouse') },
                  ]}
                />
                <Text fz="sm" c="dimmed" mt={6}>
                  {scope === 'class' ? t('count.class_means') : scope === 'products' ? t('count.products_means') : t('count.warehouse_means')}
                </Text>
              </div>
              {scope === 'class' && <SegmentedControl w={200} value={abc} onChange={(value) => setAbc(value as 'A')} data={['A', 'B', 'C']} aria-label={t('count.scope_class')} />}
              <SimpleGrid cols={{ base: 1, xs: 2 }}>
                <TextInput label={t('action.reference')} value={reference} onChange={(event) => setReference(event.currentTarget.value)} error={at.reference} />
                <NumberInput
                  label={t('count.recount_from')}
                  suffix=" %"
                  value={percent}
                  onChange={(value) => setPercent(typeof value === 'number' ? value : '')}
                  allowNegative={false}
                  error={at.recount_percent}
                />
              </SimpleGrid>
            </Stack>
          </Card>
          {scope === 'products' && (
            <Card title={t('count.scope_products')}>
              <LineEditor lines={lines} onChange={setLines} errors={create.error instanceof ApiProblem ? create.error.errors : {}} bare />
            </Card>
          )}
          <Group justify="flex-end">
            <Button variant="default" component={Link} to="/counts">
              {t('cancel')}
            </Button>
            <Button type="submit" loading={create.isPending} disabled={!ready}>
              {t('count.begin')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Page>
  )
}
