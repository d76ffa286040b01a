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
