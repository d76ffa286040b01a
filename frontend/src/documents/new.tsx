/** The frame of a new document: its head, its lines, and what is wrong with them. */
import { Button, Group, Stack } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState, type FormEvent, type ReactNode } from 'react'
import { useCommand } from '~/api/command'
import { ApiProblem, type FieldErrors } from '~/api/problems'
import { useSpeech } from '~/i18n'
import { Back, Card, Page, Said } from '~/ui/page'
import { LineEditor, isWhole, newLine, type DraftLine } from './line-editor'
import { tell } from './steps'

interface Props<Body> {
  path: string
  title: string
  list: string
  fields: readonly string[]
  head(errors: FieldErrors): ReactNode
  /** The body, or null while something is missing. */
  body(lines: DraftLine[]): Body | null
  send(body: Body, key: string): Promise<{ message: string; data: { id: number } }>
  touches: string[]
  prices?: boolean
  currency?: string
  firstLines?: DraftLine[]
}

export function NewDocument<Body>(props: Props<Body>) {
  const { t } = useSpeech()
  const navigate = useNavigate()
  const [lines, setLines] = useState<DraftLine[]>(() => props.firstLines ?? [newLine()])
  const create = useCommand<Body, { message: string; data: { id: number } }>({
    send: props.send,
    touches: [...props.touches, 'home'],
    onDone(answer) {
      tell(t('action.done'), answer.message)
      void navigate({ to: `${props.path}/${answer.data.id}` })
    },
  })
  const errors = create.error instanceof ApiProblem ? create.error.errors : {}
  const others = Object.entries(errors)
    .filter(([key]) => !props.fields.includes(key) && !key.startsWith('lines'))
    .flatMap(([, texts]) => texts)
  const rest = create.error instanceof ApiProblem ? (Object.keys(errors).length === 0 ? [create.error.message] : others) : create.error ? [t('action.lost')] : []
  const body = isWhole(lines) ? props.body(lines) : null
  function submit(event: FormEvent) {
    event.preventDefault()
    if (body && !create.isPending) create.mutate(body)
  }
  return (
    <Page width={1000} title={props.title} above={<Back to={props.path}>{props.list}</Back>}>
      <form onSubmit={submit} noValidate>
        <Stack gap="lg">
          <Said texts={rest} />
          <Card>
            <Stack>{props.head(errors)}</Stack>
          </Card>
          <Card title={t('documents.lines')}>
            <LineEditor lines={lines} onChange={setLines} errors={errors} prices={props.prices} currency={props.currency} />
          </Card>
          <Group justify="flex-end">
            <Button variant="default" component={Link} to={props.path}>
              {t('cancel')}
            </Button>
            <Button type="submit" loading={create.isPending} disabled={!body}>
              {t('documents.create')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Page>
  )
}
