/** Who did what to a document, newest first. */
import { Box, Text, Timeline } from '@mantine/core'
import { useSpeech, type MessageKey } from '~/i18n'
import { Card } from '~/ui/page'

interface Step {
  version: number
  event: string
  at: string
  by: string
  reason: string | null
}

export function DocumentHistory({ steps }: { steps: Step[] }) {
  const { t, f } = useSpeech()
  return (
    <Card title={t('documents.history')}>
      <Timeline bulletSize={12} lineWidth={1} active={steps.length}>
        {[...steps].reverse().map((step) => (
          <Timeline.Item key={step.version} title={<Text fz="sm" fw={570}>{t(`event.${step.event}` as MessageKey)}</Text>}>
            <Box fz="xs" c="dimmed">
              {step.reason && <Text fz="sm">{step.reason}</Text>}
              <time dateTime={step.at}>{f.time(step.at)}</time> · {step.by.replace(/^(user|key):/, '')}
            </Box>
          </Timeline.Item>
        ))}
      </Timeline>
    </Card>
  )
}
