/** The frame: navigation, search, and who is here. */
import { ActionIcon, AppShell, Avatar, Box, Burger, Group, Kbd, Menu, ScrollArea, Text, Tooltip, UnstyledButton, VisuallyHidden, useComputedColorScheme, useMantineColorScheme } from '@mantine/core'
import { useDisclosure, useHotkeys } from '@mantine/hooks'
import {
  IconCheck,
  IconLanguage,
  IconLogout,
  IconMoon,
  IconSearch,
  IconSun,
} from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { Suspense, lazy, startTransition, useEffect, useState } from 'react'
import { answerOf, api } from '~/api/client'
import { forgetAll } from '~/api/remembered'
import { LANGUAGES, useSpeech, type Language, type MessageKey } from '~/i18n'
import { useMay, useMe } from '~/session/me'
import { StockActions } from '~/stock/actions'
import { Loading } from '~/ui/page'
import { Brand } from './brand'
import { useLive } from './live'
import { PLACES, type Place } from './places'

const loadPalette = () => import('./palette')
const Palette = lazy(loadPalette)
const PALETTE_SOON_MS = 2_000

export function Shell() {
  const { t } = useSpeech()
  const [opened, { toggle, close }] = useDisclosure()
  const [searching, search] = useDisclosure()
  const [everSearched, setEverSearched] = useState(false)
  const path = useRouterState({ select: (state) => state.location.pathname })
  const connection = useLive()
  useEffect(close, [path, close])
  useEffect(() => {
    if (searching) setEverSearched(true)
  }, [searching])
  useEffect(() => {
    // So that nobody types before it is there.
    const soon = setTimeout(() => void loadPalette().catch(() => undefined), PALETTE_SOON_MS)
    return () => clearTimeout(soon)
  }, [])
  // The frame stands first; the screen in it is made in slices, between which the browser may draw and listen.
  const [framed, setFramed] = useState(false)
  useEffect(() => startTransition(() => setFramed(true)), [])
  useHotkeys([
    ['mod+K', () => search.open()],
    ['/', () => search.open()],
  ])
  return (
    <StockActions>
      <a href="#content" className="skip">
        {t('shell.skip')}
      </a>
      <AppShell
        header={{ height: 56 }}
        navbar={{ width: 236, breakpoint: 'sm', collapsed: { mobile: !opened } }}
        padding={{ base: 'md', sm: 'lg', lg: 'xl' }}
        transitionDuration={150}
      >
        <AppShell.Header bg="var(--app-raised)" style={{ borderColor: 'var(--app-line)' }}>
          <Group h="100%" px="md" gap="sm" wrap="nowrap">
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={t('shell.menu')} aria-expanded={opened} />
            <UnstyledButton component={Link} to="/" aria-label={`Onhand: ${t('nav.home')}`} w={{ base: 'auto', sm: 210 }}>
              <Brand />
            </UnstyledButton>
            <SearchButton open={search.open} />
            <Group gap={6} ml={{ base: 0, xs: 'auto' }} wrap="nowrap">
              <LiveSign connection={connection} />
              <ThemeSwitch />
              <UserMenu />
            </Group>
          </Group>
        </AppShell.Header>
        <AppShell.Navbar bg="var(--app-raised)" style={{ borderColor: 'var(--app-line)' }} aria-label={t('shell.navigation')}>
          <Navigation path={path} />
        </AppShell.Navbar>
        <AppShell.Main id="content" tabIndex={-1} style={{ outline: 'none' }}>
          <Suspense fallback={<Loading />}>{framed ? <Outlet /> : <Loading />}</Suspense>
        </AppShell.Main>
      </AppShell>
      {everSearched && (
        <Suspense fallback={null}>
          <Palette opened={searching} close={search.close} />
        </Suspense>
      )}
    </StockActions>
  )
}

function SearchButton({ open }: { open(): void }) {
  const { t } = useSpeech()
  return (
    <>
      <UnstyledButton
        onClick={open}
        visibleFrom="xs"
        px="sm"
        h={36}
        maw={460}
        style={{ flex: 1, border: '1px solid var(--app-line)', borderRadius: 8, background: 'var(--app-ground)' }}
      >
        <Group gap="xs" wrap="nowrap" c="dimmed" fz="sm">
          <IconSearch size={16} aria-hidden />
          <Text inherit truncate style={{ flex: 1 }}>
            {t('shell.search')}
          </Text>
          <Kbd size="xs" visibleFrom="md" aria-hidden>
            Ctrl K
          </Kbd>
        </Group>
      </UnstyledButton>
      <ActionIcon hiddenFrom="xs" variant="subtle" color="gray" size="lg" onClick={open} aria-label={t('shell.search')} ml="auto">
        <IconSearch size={19} />
      </ActionIcon>
    </>
  )
}

function LiveSign({ connection }: { connection: string }) {
  const { t } = useSpeech()
  if (connection === 'off') return null
  const live = connection === 'live'
  const label = live ? t('shell.live') : t('shell.waiting')
  return (
    <Tooltip label={label}>
      <Group gap={6} px={6} wrap="nowrap" role="status" aria-label={label} visibleFrom="xs" data-live={live}>
        <Box w={8} h={8} bdrs="xl" bg={live ? 'var(--mantine-color-pine-5)' : 'var(--mantine-color-yellow-5)'} />
        <Text fz="xs" c="dimmed" visibleFrom="lg">
          {live ? t('shell.live_short') : t('shell.waiting_short')}
        </Text>
      </Group>
    </Tooltip>
  )
}

function ThemeSwitch() {
  const { t } = useSpeech()
  const { setColorScheme } = useMantineColorScheme()
  const dark = useComputedColorScheme('light') === 'dark'
  const label = dark ? t('shell.light') : t('shell.dark')
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label} onClick={() => setColorScheme(dark ? 'light' : 'dark')}>
        {dark ? <IconSun size={19} /> : <IconMoon size={19} />}
      </ActionIcon>
    </Tooltip>
  )
}

function UserMenu() {
  const { t, language, speak } = useSpeech()
  const me = useMe()
  const queries = useQueryClient()
  const signOut = useMutation({
    mutationFn: () => answerOf(api.DELETE('/api/v1/operations/session')),
    onSettled: () => {
      forgetAll()
      return queries.resetQueries()
    },
  })
  const name = me.kind === 'anonymous' ? t('shell.everybody') : (me.display_name ?? me.name)
  return (
    <Menu position="bottom-end" width={240} radius="md">
      <Menu.Target>
        <UnstyledButton>
          <Avatar size={32} radius="xl" color="pine" name={name} />
          <VisuallyHidden>{t('shell.account', { name })}</VisuallyHidden>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Box px="sm" py={6}>
          <Text fw={600} fz="sm" truncate>
            {name}
          </Text>
          <Text c="dimmed" fz="xs">
            {me.kind === 'anonymous' ? t('shell.open_server') : me.role ? t(`role.${me.role}` as MessageKey) : me.kind}
          </Text>
        </Box>
        <Menu.Divider />
        <Menu.Label>{t('shell.language')}</Menu.Label>
        {(Object.keys(LANGUAGES) as Language[]).map((it) => (
          <Menu.Item
            key={it}
            lang={it}
            onClick={() => speak(it)}
            leftSection={it === language ? <IconCheck size={16} aria-label={t('shell.chosen')} /> : <IconLanguage size={16} opacity={0.4} />}
          >
            {LANGUAGES[it]}
          </Menu.Item>
        ))}
        {me.session && (
          <>
            <Menu.Divider />
            <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => signOut.mutate()}>
              {t('shell.sign_out')}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}

function Navigation({ path }: { path: string }) {
  const { t } = useSpeech()
  const may = useMay()
  const places = PLACES.filter((place) => !place.needs || may(place.needs))
  const groups = new Map<MessageKey | undefined, Place[]>()
  for (const place of places) groups.set(place.under, [...(groups.get(place.under) ?? []), place])
  return (
    <ScrollArea h="100%" type="scroll">
      <Box p="sm">
        {[...groups].map(([heading, shown]) => (
          <Box key={heading ?? 'first'} mb="md">
            {heading && (
              <Text fz={11} fw={600} c="dimmed" px="sm" pb={4} lts="0.03em">
                {t(heading)}
              </Text>
            )}
            {shown.map(({ to, label, icon: Picture }) => {
              const here = to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`)
              return (
                <Link key={to} to={to} className="place" aria-current={here ? 'page' : undefined}>
                  <Picture size={18} stroke={1.7} aria-hidden />
                  {t(label)}
                </Link>
              )
            })}
          </Box>
        ))}
      </Box>
    </ScrollArea>
  )
}

