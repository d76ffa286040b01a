import { useSpeech } from '~/i18n'
import { Page } from '~/ui/page'

export function Home() {
  const { t } = useSpeech()
  return <Page title={t('nav.home')}>…</Page>
}
