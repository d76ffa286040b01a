/** Home's two plots: what the stock is worth, and what came and went, over the last thirty days. */
import { SimpleGrid } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useSpeech } from '~/i18n'
import { daysQuery, FlowPlot, isEmpty, ValuePlot } from '~/reports/days'
import { To } from '~/ui/link'
import { Card, Loading } from '~/ui/page'

const HEIGHT = 170

export function Plots() {
  const { t } = useSpeech()
  const { data, error } = useQuery(daysQuery({}))
  const days = data?.data
  // What does not come leaves no gap: the page is about what is to be done.
  if (error || (days && isEmpty(days))) return null
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="lg">
      <Card title={t('report.value_drawn')} side={<To to="/reports/value">{t('home.all')}</To>}>
        {days ? <ValuePlot days={days} height={HEIGHT} /> : <Loading lines={5} />}
      </Card>
      <Card title={t('report.flow_drawn')} side={<To to="/reports/activity">{t('home.all')}</To>}>
        {days ? <FlowPlot days={days} height={HEIGHT} /> : <Loading lines={5} />}
      </Card>
    </SimpleGrid>
  )
}
