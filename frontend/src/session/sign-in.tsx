/** Signing in, by a name and a password or elsewhere. */
import { Alert, Button, Center, Divider, Group, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState, type FormEvent } from 'react'
import { answerOf, api } from '~/api/client'
import { ApiProblem, placed } from '~/api/problems'
import { useSpeech, type MessageKey } from '~/i18n'
import { Brand } from '~/shell/brand'
import { Said } from '~/ui/page'

const ELSEWHERE = '/api/v1/operations/session/oidc'

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

export function SignIn({ ended }: { ended: boolean }) {
  const { t } = useSpeech()
  useDocumentTitle(`${t('sign_in.title')} · Onhand`)
  const queries = useQueryClient()
  const [refusal, setRefusal] = useState<MessageKey | null>(null)
  useEffect(() => setRefusal((before) => takeRefusal() ?? before), [])
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const elsewhere = useQuery({ queryKey: ['elsewhere'], queryFn: hasElsewhere, staleTime: Infinity, retry: false })
  const signIn = useMutation({
    mutationFn: () => answerOf(api.POST('/api/v1/operations/session', { body: { name, password } })),
    onSuccess: (answer) => {
      // What another person was told is forgotten; who is here now is known at once.
      queries.removeQueries({ predicate: (it) => it.queryKey[0] !== 'me' && it.queryKey[0] !== 'elsewhere' })
      queries.setQueryData(['me'], answer.data)
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
                  {ended ? t('sign_in.ended') : t('sign_in.lead')}
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
                autoFocus
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
