/** Signing in, by a name and a password or elsewhere. */
import { Alert, Button, Center, Divider, Group, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient, type QueryFilters } from '@tanstack/react-query'
import { useEffect, useRef, useState, type FormEvent } from 'react'
import { createPortal } from 'react-dom'
import { answerOf, api } from '~/api/client'
import { SIGNED_IN } from '~/api/command'
import { ApiProblem, placed } from '~/api/problems'
import { useSpeech, type MessageKey } from '~/i18n'
import { Brand } from '~/shell/brand'
import { Said } from '~/ui/page'
import { endedQuery, personOf, type Me } from './me'

const ELSEWHERE = '/api/v1/operations/session/oidc'
/** What is known of nobody, or of whoever is here now. */
const OWN = ['me', 'ended', 'elsewhere']

/** Why signing in elsewhere came to nothing, by the names of the API's problems. */
const REFUSALS: Record<string, MessageKey> = {
  sign_in_failed: 'refused.sign_in_failed',
  forbidden: 'refused.forbidden',
  conflict: 'refused.conflict',
  provider_unavailable: 'refused.provider_unavailable',
}

/** What the address says of it, taken out of the address. */
function takeRefusal(): MessageKey | null {
  const address = new URL(window.location.href)
  const name = address.searchParams.get('sign_in')
  if (name === null) return null
  address.searchParams.delete('sign_in')
  window.history.replaceState(window.history.state, '', address.pathname + address.search)
  return REFUSALS[name] ?? 'refused.sign_in_failed'
}

/** Whether the server lets people sign in elsewhere: then it sends them there. */
async function hasElsewhere(): Promise<boolean> {
  const answer = await fetch(ELSEWHERE, { redirect: 'manual' })
  return answer.type === 'opaqueredirect'
}

/** The session has ended: over all that stands there, which goes on where it was once the same one is back. */
export function SignInAgain({ me }: { me: Me }) {
  const { t } = useSpeech()
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const before = document.activeElement
    const others = [...document.body.children].filter((it): it is HTMLElement => it instanceof HTMLElement && it !== box.current && !it.inert)
    for (const it of others) it.inert = true
    // A window below keeps the keyboard to itself otherwise.
    const mine = (event: KeyboardEvent) => event.stopPropagation()
    box.current?.addEventListener('keydown', mine)
    box.current?.querySelector<HTMLElement>('input[type=password]')?.focus()
    return () => {
      for (const it of others) it.inert = false
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true })
    }
  }, [])
  return createPortal(
    <div ref={box} role="dialog" aria-modal aria-label={t('sign_in.title')} className="over-all">
      <SignIn before={me} />
    </div>,
    document.body,
  )
}

export function SignIn({ before }: { before?: Me }) {
  const { t } = useSpeech()
  useDocumentTitle(`${t('sign_in.title')} · Onhand`)
  const queries = useQueryClient()
  const [refusal, setRefusal] = useState<MessageKey | null>(null)
  useEffect(() => setRefusal((before) => takeRefusal() ?? before), [])
  const [name, setName] = useState(before?.kind === 'user' ? before.name : '')
  const [password, setPassword] = useState('')
  const elsewhere = useQuery({ queryKey: ['elsewhere'], queryFn: hasElsewhere, staleTime: Infinity, retry: false })
  const signIn = useMutation({
    mutationFn: () => answerOf(api.POST('/api/v1/operations/session', { body: { name, password } })),
    onSuccess: (answer) => {
      const isBack = before !== undefined && personOf(before) === personOf(answer.data)
      const filters: QueryFilters = { predicate: (it) => !OWN.includes(String(it.queryKey[0])) }
      // What another person was told is forgotten; who is here now is known at once.
      if (isBack) void queries.invalidateQueries(filters)
      else queries.removeQueries(filters)
      queries.setQueryData(['me'], answer.data)
      queries.setQueryData(endedQuery.queryKey, false)
      window.dispatchEvent(new CustomEvent(SIGNED_IN, { detail: isBack }))
    },
  })
  const { at, rest } = placed(signIn.error, ['name', 'password'])
  const wrong = signIn.error instanceof ApiProblem && signIn.error.status === 401
  const gone = signIn.error && !(signIn.error instanceof ApiProblem) ? [t('error.gone_text')] : []

  function send(event: FormEvent) {
    event.preventDefault()
    signIn.mutate()
  }

  const here = window.location.pathname + window.location.search
  return (
    <Center mih="100dvh" p="md" component="main">
      <Stack w="100%" maw={384} gap="lg">
        <Group justify="center">
          <Brand size={40} />
        </Group>
        <div className="card">
          <form onSubmit={send}>
            <Stack p={{ base: 'lg', sm: 'xl' }} gap="md">
              <div>
                <Title order={1} fz={22}>
                  {t('sign_in.title')}
                </Title>
                <Text c="dimmed" fz="sm" mt={4}>
                  {before ? t('sign_in.ended') : t('sign_in.lead')}
                </Text>
              </div>
              {refusal && (
                <Alert color="orange" role="alert">
                  {t(refusal)}
                </Alert>
              )}
              <Said texts={wrong ? [signIn.error?.message ?? ''] : [...rest, ...gone]} />
              <TextInput
                label={t('sign_in.name')}
                value={name}
                onChange={(event) => setName(event.currentTarget.value)}
                error={at.name}
                autoComplete="username"
                autoCapitalize="none"
                autoFocus={!before}
                required
                withAsterisk={false}
              />
              <PasswordInput
                label={t('sign_in.password')}
                value={password}
                onChange={(event) => setPassword(event.currentTarget.value)}
                error={at.password}
                autoComplete="current-password"
                required
                withAsterisk={false}
              />
              <Button type="submit" loading={signIn.isPending} fullWidth mt={4}>
                {t('sign_in.do')}
              </Button>
              {elsewhere.data && (
                <>
                  <Divider label={t('sign_in.or')} />
                  <Button variant="default" component="a" href={`${ELSEWHERE}?return_to=${encodeURIComponent(here)}`} fullWidth>
                    {t('sign_in.elsewhere')}
                  </Button>
                </>
              )}
            </Stack>
          </form>
        </div>
      </Stack>
    </Center>
  )
}
