// Before the first paint: light or dark, so that nothing flashes.
;(() => {
  let wanted = 'auto'
  try {
    wanted = localStorage.getItem('onhand-theme') || 'auto'
  } catch {
    // Without storage the system's choice counts.
  }
  const dark = wanted === 'dark' || (wanted === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
})()
