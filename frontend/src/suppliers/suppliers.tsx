/** Suppliers: all of them, and one with what it sells. */
import { Button, Grid, Stack, Text } from '@mantine/core'
import { IconPackage, IconPencil, IconPlus, IconUsersGroup } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { answerOf, api, type Schemas } from '~/api/client'
import { useSpeech, type MessageKey } from '~/i18n'
import { suppliersQuery } from '~/purchasing/suppliers'
import { useMay } from '~/session/me'
import { Word } from '~/ui/badges'
import { To } from '~/ui/link'
import { Back, Card, Empty, Facts, Failure, Loading, Page, ProductCell, Sku } from '~/ui/page'
import { DataTable, type Column } from '~/ui/table'
import { SupplierForm, TermsForm } from './forms'

const COLORS: Record<string, string> = { preferred: 'pine', approved: 'pine', active: 'pine', prospective: 'blue', inactive: 'gray', suspended: 'yellow', blacklisted: 'red' }

export function SupplierList() {
  const { t } = useSpeech()
  const may = useMay()
  const [making, setMaking] = useState(false)
  const { data, error, refetch, isFetching } = useQuery(suppliersQuery)
  const columns: Column<Schemas['SupplierData']>[] = [
    {
      key: 'name',
      label: t('purchase.supplier'),
      render: (row) => (
        <>
          <To to={`/suppliers/${row.id}`}>{row.name}</To>
          <div>
            <Sku>{row.code}</Sku>
          </div>
        </>
      ),
    },
    { key: 'status', label: t('product.status'), beside: true, render: (row) => <Word color={COLORS[row.status] ?? 'gray'}>{t(`supplier.${row.status}` as MessageKey)}</Word> },
    { key: 'lead', label: t('product.lead_time'), number: true, render: (row) => (row.lead_time_days === null ? '–' : t('days', { count: row.lead_time_days })) },
    { key: 'currency', label: t('product.currency'), render: (row) => row.currency },
    { key: 'email', label: t('supplier.email'), render: (row) => row.email ?? '–' },
  ]
  return (
    <Page
      title={t('nav.suppliers')}
      lead={t('suppliers.lead')}
      actions={
        may('suppliers.manage') && (
          <Button leftSection={<IconPlus size={16} />} onClick={() => setMaking(true)}>
            {t('suppliers.new')}
          </Button>
        )
      }
    >
      <DataTable
        label={t('nav.suppliers')}
        columns={columns}
        rows={data}
        rowKey={(row) => row.id}
        linkOf={(row) => `/suppliers/${row.id}`}
        error={error}
        retry={() => void refetch()}
        isFetching={isFetching}
        empty={
          <Empty
            icon={IconUsersGroup}
            title={t('suppliers.none')}
            text={t('suppliers.none_text')}
            action={
              may('suppliers.manage') && (
                <Button variant="light" onClick={() => setMaking(true)}>
                  {t('suppliers.new')}
                </Button>
              )
            }
          />
        }
      />
      {making && <SupplierForm supplier={null} close={() => setMaking(false)} />}
    </Page>
  )
}

export function Supplier() {
  const { t, f } = useSpeech()
  const may = useMay()
  const [editing, setEditing] = useState(false)
  const [terming, setTerming] = useState<Schemas['TermsLine'] | 'new' | null>(null)
  const { supplierId } = useParams({ strict: false })
  const id = Number(supplierId)
  const path = { params: { path: { supplier_id: id } } }
  const supplier = useQuery({
    queryKey: ['suppliers', 'one', id],
    queryFn: async ({ signal }) => (await answerOf(api.GET('/api/v1/operations/suppliers/{supplier_id}', { ...path, signal }))).data,
  })
  const terms = useQuery({
    queryKey: ['suppliers', 'terms', id],
    queryFn: async ({ signal }) =>
      (await answerOf(api.GET('/api/v1/operations/suppliers/{supplier_id}/products', { params: { path: { supplier_id: id }, query: { per_page: 200 } }, signal }))).data,
  })
  if (!supplier.data)
    return (
      <Page title={t('purchase.supplier')} above={<Back to="/suppliers">{t('nav.suppliers')}</Back>}>
        {supplier.error ? <Failure error={supplier.error} retry={() => void supplier.refetch()} /> : <Loading />}
      </Page>
    )
  const it = supplier.data
  const columns: Column<Schemas['TermsLine']>[] = [
    {
      key: 'name',
      label: t('product.name'),
      render: (row) => <ProductCell id={row.product_id} name={row.name} sku={row.sku} />,
    },
    { key: 'price', label: t('product.price'), number: true, render: (row) => f.money(row.price, row.currency) },
    { key: 'minimum', label: t('supplier.minimum'), number: true, render: (row) => f.number(row.minimum_order_quantity) },
    { key: 'pack', label: t('supplier.pack'), number: true, render: (row) => f.number(row.pack_size) },
    { key: 'preferred', label: t('supplier.choice'), beside: true, render: (row) => (row.is_preferred ? <Word color="pine">{t('supplier.preferred')}</Word> : null) },
    ...(may('purchasing.write')
      ? [
          {
            key: 'edit',
            label: '',
            number: true,
            render: (row: Schemas['TermsLine']) => (
              <Button size="compact-sm" variant="subtle" onClick={() => setTerming(row)} aria-label={t('edit_named', { name: row.name })}>
                {t('edit')}
              </Button>
            ),
          },
        ]
      : []),
  ]
  return (
    <Page
      title={it.name}
      above={<Back to="/suppliers">{t('nav.suppliers')}</Back>}
      lead={<Word color={COLORS[it.status] ?? 'gray'}>{t(`supplier.${it.status}` as MessageKey)}</Word>}
      actions={
        <>
          {may('suppliers.manage') && (
            <Button variant="default" leftSection={<IconPencil size={16} />} onClick={() => setEditing(true)}>
              {t('edit')}
            </Button>
          )}
          {may('purchasing.write') && (
            <Button leftSection={<IconPlus size={16} />} onClick={() => setTerming('new')}>
              {t('supplier.add_terms')}
            </Button>
          )}
        </>
      }
    >
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <DataTable
            label={t('supplier.sells')}
            columns={columns}
            rows={terms.data}
            rowKey={(row) => row.product_id}
            error={terms.error}
            retry={() => void terms.refetch()}
            isFetching={terms.isFetching}
            empty={<Empty icon={IconPackage} title={t('supplier.sells_nothing')} text={t('supplier.sells_nothing_text')} />}
          />
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Stack gap="lg">
            <Card title={t('product.facts')}>
              <Facts
                rows={[
                  [t('supplier.code'), it.code],
                  [t('supplier.email'), it.email ? <a key="e" href={`mailto:${it.email}`} className="link">{it.email}</a> : '–'],
                  [t('supplier.phone'), it.phone ?? '–'],
                  [t('supplier.address'), it.address ?? '–'],
                  [t('supplier.payment'), it.payment_terms ?? '–'],
                  [t('product.lead_time'), it.lead_time_days === null ? '–' : t('days', { count: it.lead_time_days })],
                  [t('product.currency'), it.currency],
                ]}
              />
              {it.notes && <Text fz="sm" mt="md">{it.notes}</Text>}
            </Card>
          </Stack>
        </Grid.Col>
      </Grid>
      {editing && <SupplierForm supplier={it} close={() => setEditing(false)} />}
      {terming && <TermsForm supplier={it} terms={terming === 'new' ? null : terming} close={() => setTerming(null)} />}
    </Page>
  )
}
