/** Where the app begins. */
import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import './ui/app.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App, queries } from './app'
import { catalogueOf, wantedLanguage } from './i18n'
import { meQuery } from './session/me'
import { registerWorker } from './warehouse/register'

void queries.prefetchQuery(meQuery)
const language = wantedLanguage()
const root = document.getElementById('root')
if (!root) throw new Error('the page has no root')
const catalogue = await catalogueOf(language)
createRoot(root).render(
  <StrictMode>
    <App language={language} catalogue={catalogue} />
  </StrictMode>,
)
registerWorker()
