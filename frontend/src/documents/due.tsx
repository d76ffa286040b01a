/** When something is due; what is still open past its day stands out. */
import { Text } from '@mantine/core'
import { useSpeech } from '~/i18n'

/** Whether a day is over, as the API counts days: in UTC. */
export const isPast = (day: string | null | undefined): boolean => !!day && day < new Date().toISOString().slice(0, 10)

export function Due({ day, isOpen }: { day: string | null | undefined; isOpen: boolean }) {
  const { t, f } = useSpeech()
  const late = isOpen && isPast(day)
  return (
    <Text span inherit c={late ? 'orange' : undefined} fw={late ? 600 : undefined}>
      {f.date(day)}
      {late && ` · ${t('documents.late')}`}
    </Text>
  )
}
