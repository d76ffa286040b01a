/** All products: found as one types, filtered, sorted and paged by the server. */
import { ActionIcon, Button, Checkbox, CloseButton, Group, Menu, Select, Stack, TextInput } from '@mantine/core'
import { useDebouncedCallback, useMediaQuery } from '@mantine/hooks'
import { IconAdjustments, IconColumns3, IconDownload, IconPackage, IconPackageOff, IconPlus, IconSearch, IconUpload } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, getRouteApi } from '@tanstack/react-router'
import { useEffect, useMemo, useState } from 'react'
import { useSpeech, type MessageKey } from '~/i18n'
import { useMay } from '~/session/me'
import { useStockAction } from '~/stock/actions'
import { StockStatus } from '~/ui/badges'
import { Empty, Page, Sku } from '~/ui/page'
import { WarehouseFilter } from '~/ui/filters'
import { DataTable, Pager, type Column } from '~/ui/table'
import { productsQuery, warehousesQuery, type Product } from './queries'
import { STATUSES, type productSearch } from './search'

const route = getRouteApi('/products')
type Search = ReturnType<typeof productSearch>
const SHOWN_ON_PHONES = ['name', 'available', 'status']
const SHOWN_AT_FIRST = ['name', 'on_hand', 'reserved', 'available', 'status', 'price']

export function ProductList() {
  const { t, f } = useSpeech()
  const may = useMay()
  const act = useStockAction()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const change = (wanted: Search, replace = false) => void navigate({ search: (before: Search) => ({ ...before, page: undefined, ...wanted }), replace, resetScroll: false })
  const seesStock = may('stock.read')
  const { data: warehouses } = useQuery({ ...warehousesQuery, enabled: search.warehouse !== undefined })
  const { data, error, refetch, isFetching } = useQuery(
    productsQuery({
      page: search.page,
      per_page: search.per_page,
      search: search.search,
      stock_status: search.status,
      warehouse_id: search.warehouse,
      is_active: search.archived ? false : true,
      sort: search.sort,
    }),
  )

  const phone = useMediaQuery('(max-width: 36em)', false, { getInitialValueInEffect: false })
  const all = useMemo((): Column<Product>[] => [
    {
      key: 'name',
      label: t('product.name'),
      sort: 'name',
      render: (row) => (
        <div style={{ minWidth: phone ? 120 : 180 }}>
          <Link to="/products/$productId" params={{ productId: String(row.id) }} className="link">
            {row.name}
          </Link>
          <div>
            <Sku>{row.sku}</Sku>
          </div>
        </div>
      ),
    },
    { key: 'barcode', label: t('product.barcode'), render: (row) => row.barcode ?? '–' },
    { key: 'on_hand', label: t('level.on_hand'), number: true, render: (row) => (row.track_inventory ? f.number(row.stock_quantity) : '–') },
    { key: 'reserved', label: t('level.reserved'), number: true, render: (row) => f.number(row.reserved_quantity) },
    {
      key: 'available',
      label: t('level.available'),
      number: true,
      render: (row) => (
        <strong>{f.number((row.stock_quantity ?? 0) - (row.reserved_quantity ?? 0))}</strong>
      ),
    },
    { key: 'reorder', label: t('product.reorder_point'), number: true, render: (row) => f.number(row.reorder_point) },
    { key: 'status', label: t('product.status'), render: (row) => <StockStatus status={row.stock_status} /> },
    { key: 'price', label: t('product.price'), number: true, sort: 'selling_price', render: (row) => f.money(row.selling_price, row.currency) },
    { key: 'cost', label: t('product.cost'), number: true, render: (row) => f.money(row.cost_price, row.currency) },
    { key: 'updated', label: t('product.updated'), sort: 'updated_at', whole: true, render: (row) => f.ago(row.updated_at) },
  ], [t, f, phone])
  const offered = useMemo(() => (seesStock ? all : all.filter((it) => !['on_hand', 'reserved', 'available', 'status'].includes(it.key))), [all, seesStock])
  const chosen = search.columns?.split('.') ?? (phone ? SHOWN_ON_PHONES : SHOWN_AT_FIRST)
  const actions = useMemo((): Column<Product> => ({
    key: 'do',
    label: '',
    width: 48,
    render: (row) => (
      <button
        type="button"
        className="row-action"
        title={t('product.move')}
        aria-label={t('product.move_named', { name: row.name })}
        onClick={() => act({ kind: 'adjust', product: { id: row.id, name: row.name, sku: row.sku }, warehouseId: search.warehouse })}
      >
        <IconAdjustments size={17} />
      </button>
    ),
  }), [t, act, search.warehouse])
  const moves = may('stock.move') && !phone
  const shown = chosen.join('.')
  // The same columns as before, so that rows are not drawn anew while something is asked.
  const columns = useMemo(() => {
    const wanted = offered.filter((it) => shown.split('.').includes(it.key))
    return moves ? [...wanted, actions] : wanted
  }, [offered, shown, moves, actions])
  const filtered = Boolean(search.search || search.status || search.warehouse || search.archived)

  return (
    <Page
      title={t('nav.products')}
      lead={t('products.lead')}
      actions={
        <>
          <Button component="a" variant="default" leftSection={<IconDownload size={16} />} href={exported(search, warehouses?.find((it) => it.id === search.warehouse)?.code)} download>
            {t('csv')}
          </Button>
          {may('catalogue.write') && (
            <Button component={Link} to="/import" variant="default" leftSection={<IconUpload size={16} />}>
              {t('import.short')}
            </Button>
          )}
          {may('catalogue.write') && (
            <Button component={Link} to="/products/new" leftSection={<IconPlus size={16} />}>
              {t('products.new')}
            </Button>
          )}
        </>
      }
    >
      <Stack gap="sm">
        <Group gap="sm" role="search">
          <SearchField key={search.search === undefined ? 'empty' : 'given'} value={search.search ?? ''} onSearch={(text) => change({ search: text || undefined }, true)} />
          {seesStock && (
            <Select
              data={STATUSES.map((it) => ({ value: it, label: t(`status.${it}` as MessageKey) }))}
              value={search.status ?? null}
              onChange={(value) => change({ status: (value as Search['status']) ?? undefined })}
              placeholder={t('product.status')}
              aria-label={t('product.status')}
              clearable
              w={{ base: '100%', xs: 170 }}
            />
          )}
          {seesStock && <WarehouseFilter id={search.warehouse} pick={(warehouse) => change({ warehouse })} />}
          <Checkbox label={t('products.archived')} checked={search.archived ?? false} onChange={(event) => change({ archived: event.currentTarget.checked || undefined })} />
          <Menu closeOnItemClick={false} position="bottom-end">
            <Menu.Target>
              <ActionIcon variant="default" size={36} ml="auto" aria-label={t('products.columns')}>
                <IconColumns3 size={18} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Label>{t('products.columns')}</Menu.Label>
              {offered
                .filter((it) => it.key !== 'name')
                .map((column) => (
                  <Menu.Item
                    key={column.key}
                    role="menuitemcheckbox"
                    aria-checked={chosen.includes(column.key)}
                    onClick={() => {
                      const wanted = chosen.includes(column.key) ? chosen.filter((it) => it !== column.key) : [...chosen, column.key]
                      const plain = wanted.length === SHOWN_AT_FIRST.length && SHOWN_AT_FIRST.every((it) => wanted.includes(it))
                      change({ page: search.page, columns: plain ? undefined : wanted.join('.') }, true)
                    }}
                    leftSection={<Checkbox.Indicator size="xs" checked={chosen.includes(column.key)} />}
                  >
                    {column.label}
                  </Menu.Item>
                ))}
            </Menu.Dropdown>
          </Menu>
        </Group>
        <DataTable
          label={t('nav.products')}
          columns={columns}
          stacks={false}
          minWidth={phone && search.columns === undefined ? 300 : undefined}
          rows={data?.data}
          rowKey={(row) => row.id}
          linkOf={(row) => `/products/${row.id}`}
          error={error}
          retry={() => void refetch()}
          isFetching={isFetching}
          sort={search.sort}
          onSort={(sort) => change({ sort })}
          empty={
            filtered ? (
              <Empty
                icon={IconPackageOff}
                title={t('products.none_found')}
                text={t('products.none_found_text')}
                action={
                  <Button variant="light" onClick={() => void navigate({ search: {} })}>
                    {t('filters.clear')}
                  </Button>
                }
              />
            ) : (
              <Empty
                icon={IconPackage}
                title={t('products.none')}
                text={t('products.none_text')}
                action={
                  may('catalogue.write') && (
                    <Group gap="xs">
                      <Button component={Link} to="/products/new" variant="light">
                        {t('products.new')}
                      </Button>
                      <Button component={Link} to="/import" variant="default">
                        {t('import.title')}
                      </Button>
                    </Group>
                  )
                }
              />
            )
          }
          foot={<Pager meta={data?.meta} onPage={(page) => change({ page: page === 1 ? undefined : page })} onSize={(per_page) => change({ per_page })} />}
        />
      </Stack>
    </Page>
  )
}

/** What is chosen as a file; of one warehouse, all that it has. */
function exported(search: Search, warehouse: string | undefined): string {
  if (warehouse) return `/api/v1/operations/exports/levels.csv?${new URLSearchParams({ warehouse })}`
  const wanted = new URLSearchParams({ is_active: search.archived ? 'false' : 'true' })
  if (search.search) wanted.set('search', search.search)
  if (search.status) wanted.set('stock_status', search.status)
  return `/api/v1/operations/exports/products.csv?${wanted}`
}

function SearchField({ value, onSearch }: { value: string; onSearch(text: string): void }) {
  const { t } = useSpeech()
  const [typed, setTyped] = useState(value)
  const tell = useDebouncedCallback(onSearch, 160)
  useEffect(() => () => tell.flush?.(), [tell])
  const set = (text: string) => {
    setTyped(text)
    tell(text.trim())
  }
  return (
    <TextInput
      value={typed}
      onChange={(event) => set(event.currentTarget.value)}
      placeholder={t('products.search')}
      aria-label={t('products.search')}
      type="search"
      leftSection={<IconSearch size={16} />}
      rightSection={typed ? <CloseButton size="sm" onClick={() => set('')} aria-label={t('filters.clear')} /> : null}
      style={{ flex: '1 1 240px' }}
      maw={460}
    />
  )
}
