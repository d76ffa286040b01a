/** Who is here, and what they may do: asked of the API, never guessed. */
import { queryOptions, useQuery } from '@tanstack/react-query'
import { answerOf, api, type Schemas } from '~/api/client'
import { remembered } from '~/api/remembered'

export type Me = Schemas['MeData']
export type Permission = Schemas['Permission']

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: () => remembered('me', async () => (await answerOf(api.GET('/api/v1/operations/me'))).data),
  staleTime: 60_000,
  retry: false,
})

/** Whether the session of the one who is here has ended: what they were at stays until they are back. */
export const endedQuery = queryOptions({ queryKey: ['ended'], queryFn: () => false, initialData: false, staleTime: Infinity })

/** Who somebody is, among all who sign in on one device. */
export const personOf = ({ kind, name }: Me) => `${kind}:${name}`

/** Who is here; the shell shows nothing before that is known. */
export function useMe(): Me {
  const { data } = useQuery(meQuery)
  if (!data) throw new Error('nobody is signed in')
  return data
}

export type May = (permission: Permission) => boolean

/** Whether the one who is here may do a thing. */
export function useMay(): May {
  const me = useMe()
  return (permission) => me.permissions.includes(permission)
}
