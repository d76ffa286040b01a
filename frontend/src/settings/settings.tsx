/** Who may do what, who is told what, what was done, and how the server is. */
import { useNavigate, useParams } from '@tanstack/react-router'
import { useSpeech, type MessageKey } from '~/i18n'
import { useMay, type Permission } from '~/session/me'
import { NowhereToBe } from '~/shell/root'
import { Page } from '~/ui/page'
import { PageTabs } from '~/ui/tabs'
import { Account } from './account'
import { Audit } from './audit'
import { Health } from './health'
import { Keys } from './keys'
import { Users } from './users'
import { Webhooks } from './webhooks'

const PARTS: { key: string; needs?: Permission; page(): React.JSX.Element }[] = [
  { key: 'account', page: Account },
  { key: 'users', needs: 'access.manage', page: Users },
  { key: 'keys', needs: 'access.manage', page: Keys },
  { key: 'webhooks', needs: 'webhooks.manage', page: Webhooks },
  { key: 'audit', needs: 'audit.read', page: Audit },
  { key: 'health', page: Health },
]

export function Settings() {
  const { t } = useSpeech()
  const may = useMay()
  const navigate = useNavigate()
  const { part = 'account' } = useParams({ strict: false }) as { part?: string }
  const parts = PARTS.filter((it) => !it.needs || may(it.needs))
  const shown = parts.find((it) => it.key === part)
  if (!shown) return <NowhereToBe />
  const Shown = shown.page
  return (
    <Page title={t('nav.settings')}>
      <PageTabs label={t('nav.settings')} value={part} tabs={parts.map((it) => ({ key: it.key, label: t(`settings.${it.key}` as MessageKey) }))} pick={(key) => void navigate({ to: `/settings/${key}` })} />
      <Shown />
    </Page>
  )
}
