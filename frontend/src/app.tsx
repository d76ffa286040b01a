/** The whole app: its theme, its language, its data, its screens. */
import { MantineProvider, localStorageColorSchemeManager } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { ApiProblem, ServerGone } from './api/problems'
import { forgetAll } from './api/remembered'
import { SpeechProvider, type Language } from './i18n'
import type { Catalogue } from './i18n/en'
import { makeRouter } from './routes'
import { endedQuery } from './session/me'
import { theme } from './ui/theme'

const MANY_TRIES = 2

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // What the API refused it will refuse again; a lost connection may come back.
      retry: (tries, error) => tries < MANY_TRIES && (error instanceof ServerGone || (error instanceof ApiProblem && error.status >= 500)),
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
})

// A session that ended shows at once, on whatever screen that is noticed; what was typed there stays.
window.addEventListener('onhand:signed-out', () => {
  if (!queries.getQueryData(['me'])) return
  forgetAll()
  queries.setQueryData(endedQuery.queryKey, true)
})

const schemes = localStorageColorSchemeManager({ key: 'onhand-theme' })
const router = makeRouter(queries)

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}

export function App({ language, catalogue }: { language: Language; catalogue: Catalogue }) {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" colorSchemeManager={schemes}>
      <SpeechProvider first={language} catalogue={catalogue}>
        <QueryClientProvider client={queries}>
          <Notifications position="bottom-right" />
          <RouterProvider router={router} />
        </QueryClientProvider>
      </SpeechProvider>
    </MantineProvider>
  )
}
