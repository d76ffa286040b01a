/** Makes the app work without network, once it has been here. */
const AFTER_MS = 1_500

export function registerWorker() {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return
  window.addEventListener('load', () => setTimeout(() => void navigator.serviceWorker.register('/sw.js').catch(() => undefined), AFTER_MS))
}
