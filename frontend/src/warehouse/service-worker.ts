/** The app without network: its own files from memory, everything of the API from the server alone. */
const worker = self as unknown as ServiceWorkerGlobalScope

// Put in by the build: another app, another worker.
const BUILD = '__ONHAND_BUILD__'
const CACHE = `onhand-${BUILD}`
const PAGE = '/'

worker.addEventListener('install', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE)
      const listed = (await (await fetch('/assets.json', { cache: 'no-cache' })).json()) as string[]
      await cache.addAll([PAGE, ...listed])
      await worker.skipWaiting()
    })(),
  )
})

worker.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name !== CACHE && name.startsWith('onhand-')) await caches.delete(name)
      await worker.clients.claim()
    })(),
  )
})

worker.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== worker.location.origin) return
  if (request.mode === 'navigate') {
    if (/^\/(api|docs|metrics|_health|problems|openapi)/.test(url.pathname)) return
    event.respondWith(fetch(request).catch(async () => (await caches.match(PAGE)) ?? Response.error()))
    return
  }
  const own = url.pathname.startsWith('/assets/') || /^\/[\w.-]+\.(svg|png|js|webmanifest)$/.test(url.pathname)
  if (own && url.pathname !== '/sw.js') event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)))
})

export {}
