/** Search and commands in one place: products as one types, pages, and what may be done. */
import { Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { Spotlight, createSpotlight } from '@mantine/spotlight'
import '@mantine/spotlight/styles.css'
import { IconFileText, IconPackage, IconPlusMinus, IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useSpeech, type MessageKey } from '~/i18n'
import { productsQuery } from '~/products/queries'
import { useMay } from '~/session/me'
import { useStockAction } from '~/stock/actions'
import { KINDS, NEEDED } from '~/stock/kinds'
import { documentsOf } from './numbers'
import { PLACES } from './places'

const [store, spotlight] = createSpotlight()

export default function Palette({ opened, close }: { opened: boolean; close(): void }) {
  const { t, f } = useSpeech()
  const may = useMay()
  const navigate = useNavigate()
  const act = useStockAction()
  const [typed, setTyped] = useState('')
  const [asked] = useDebouncedValue(typed.trim(), 120)
  const { data, isPlaceholderData } = useQuery({ ...productsQuery({ search: asked, per_page: 8 }), enabled: opened && asked.length > 0 && may('catalogue.read') })
  useEffect(() => {
    if (opened) spotlight.open()
    else spotlight.close()
  }, [opened])

  const fits = (label: string) => label.toLowerCase().includes(typed.trim().toLowerCase())
  const go = (to: string) => () => void navigate({ to })
  // While an older answer stands there, only what fits what is typed by now: Enter must not open another.
  const words = typed.trim().toLowerCase().split(/\s+/)
  const isFresh = asked === typed.trim() && !isPlaceholderData
  const products = (typed.trim() ? (data?.data ?? []) : []).filter((it) => isFresh || words.every((word) => `${it.name} ${it.sku}`.toLowerCase().includes(word)))
  const places = PLACES.filter((it) => (!it.needs || may(it.needs)) && fits(t(it.label)))
  const actions = KINDS.filter((it) => may(NEEDED[it]) && fits(`${t(`action.do_${it}` as MessageKey)} ${t(`action.${it}` as MessageKey)}`))
  const documents = documentsOf(typed, (label, id) => t(label, { id })).filter((it) => may(it.needs))
  // Whose SKU is a number is meant by it first.
  const isProduct = products.some((it) => it.sku.toLowerCase() === typed.trim().toLowerCase())
  const offered = [isProduct, ...documents.map((it) => it.to), ...products.map((it) => it.id), ...actions, ...places.map((it) => it.to)].join()
  useEffect(() => {
    // What is found comes later than what is typed: the first of it is what Enter means then.
    const list = document.getElementById(store.getState().listId)
    for (const before of list?.querySelectorAll('[data-selected]') ?? []) before.removeAttribute('data-selected')
    list?.querySelector('[data-action]')?.setAttribute('data-selected', 'true')
    store.updateState((state) => ({ ...state, selected: 0 }))
  }, [offered])
  const nothing = documents.length + products.length + places.length + actions.length === 0

  const byNumber = documents.length > 0 && (
    <Spotlight.ActionsGroup label={t('nav.documents')}>
      {documents.map(({ to, label, id }) => (
        <Spotlight.Action key={to} label={t(label, { id })} onClick={go(to)} leftSection={<IconFileText size={20} stroke={1.6} />} />
      ))}
    </Spotlight.ActionsGroup>
  )

  return (
    <Spotlight.Root store={store} query={typed} onQueryChange={setTyped} onSpotlightClose={close} shortcut={null} scrollable maxHeight={460} radius="lg" returnFocus>
      <Spotlight.Search placeholder={t('palette.hint')} leftSection={<IconSearch size={18} />} aria-label={t('palette.hint')} />
      <Spotlight.ActionsList>
        {!isProduct && byNumber}
        {products.length > 0 && (
          <Spotlight.ActionsGroup label={t('nav.products')}>
            {products.map((it) => (
              <Spotlight.Action
                key={it.id}
                label={it.name}
                description={it.sku}
                onClick={go(`/products/${it.id}`)}
                leftSection={<IconPackage size={20} stroke={1.6} />}
                rightSection={
                  <Text fz="sm" c="dimmed" className="figures">
                    {f.number(it.stock_quantity)}
                  </Text>
                }
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {isProduct && byNumber}
        {actions.length > 0 && (
          <Spotlight.ActionsGroup label={t('palette.do')}>
            {actions.map((it) => (
              <Spotlight.Action
                key={it}
                label={t(`action.do_${it}` as MessageKey)}
                description={t(`action.${it}_means` as MessageKey)}
                onClick={() => act({ kind: it })}
                leftSection={<IconPlusMinus size={20} stroke={1.6} />}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {places.length > 0 && (
          <Spotlight.ActionsGroup label={t('palette.go')}>
            {places.map(({ to, label, icon: Picture }) => (
              <Spotlight.Action key={to} label={t(label)} onClick={go(to)} leftSection={<Picture size={20} stroke={1.6} />} />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {nothing && <Spotlight.Empty>{t('palette.nothing')}</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  )
}
