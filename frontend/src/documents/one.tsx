/** One thing by the number in its address: asked for, waited for, or not there. */
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ApiProblem } from '~/api/problems'
import { Back, Failure, Loading, Page } from '~/ui/page'

interface OneProps<Data> {
  answer: Pick<UseQueryResult<Data>, 'data' | 'error' | 'refetch'>
  /** What it is called, also where there is none. */
  title: string
  /** The list that it belongs to. */
  list: { to: string; label: string }
  children(data: Data): ReactNode
}

export function One<Data>({ answer: { data, error, refetch }, title, list, children }: OneProps<Data>) {
  // A server that is gone takes nothing away that is shown already.
  if (data !== undefined && !(error instanceof ApiProblem)) return children(data)
  return (
    <Page title={title} above={<Back to={list.to}>{list.label}</Back>}>
      {error ? <Failure error={error} retry={() => void refetch()} /> : <Loading lines={9} />}
    </Page>
  )
}
