/** What stands round every screen: who is here decides between the app and signing in. */
import { Button, Center, Loader } from '@mantine/core'
import { IconCompass } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useRouter, type AsyncRouteComponent, type ErrorComponentProps } from '@tanstack/react-router'
import { ApiProblem } from '~/api/problems'
import { useSpeech } from '~/i18n'
import { endedQuery, meQuery, personOf, useMay, type Permission } from '~/session/me'
import { SignIn, SignInAgain } from '~/session/sign-in'
import { Failure, Page } from '~/ui/page'
import { Shell } from './shell'

export function Root() {
  const { t } = useSpeech()
  const me = useQuery(meQuery)
  const { data: isEnded } = useQuery(endedQuery)
  if (me.data)
    return (
      <>
        <Shell key={personOf(me.data)} />
        {isEnded && <SignInAgain me={me.data} />}
      </>
    )
  if (me.error instanceof ApiProblem && me.error.status === 401) return <SignIn />
  if (me.error)
    return (
      <Center mih="100dvh" p="md" component="main">
        <Failure error={me.error} retry={() => void me.refetch()} />
      </Center>
    )
  return (
    <>
      <div className="starting">
        <img src="/icon.svg" width={28} height={28} alt="" />
        Onhand
      </div>
      <Center mih="60dvh" component="main" aria-label={t('loading')}>
        <Loader size="sm" />
      </Center>
    </>
  )
}

export function NowhereToBe() {
  return <NoScreen what="nowhere" />
}

/** A screen for those alone who may do what it is for, however they came to its address. */
export function only(needs: Permission, Wanted: AsyncRouteComponent<unknown>): AsyncRouteComponent<unknown> {
  const Guarded = () => (useMay()(needs) ? <Wanted /> : <NoScreen what="not_yours" />)
  return Object.assign(Guarded, { preload: Wanted.preload })
}

function NoScreen({ what }: { what: 'nowhere' | 'not_yours' }) {
  const { t } = useSpeech()
  return (
    <Page title={t(`${what}.title`)} lead={t(`${what}.text`)}>
      <Button component={Link} to="/" variant="light" leftSection={<IconCompass size={18} />} style={{ alignSelf: 'flex-start' }}>
        {t('nowhere.home')}
      </Button>
    </Page>
  )
}

/** A screen that broke: the rest of the app goes on. */
export function Broken({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  const again = () => {
    reset()
    void router.invalidate()
  }
  return <Failure error={error} retry={again} />
}
