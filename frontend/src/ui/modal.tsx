/** A window over the page: its way out has a name, and whoever leaves it is where they were before. */
import { Modal as Bare, type ModalProps } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useSpeech } from '~/i18n'

export function Modal(props: ModalProps) {
  const { t } = useSpeech()
  const [before] = useState(() => document.activeElement)
  useEffect(() => () => focusOn(before), [before])
  return <Bare closeButtonProps={{ 'aria-label': t('close') }} {...props} />
}

/** Where the keyboard goes on; what is gone meanwhile leaves it at the page's content. */
export function focusOn(wanted: Element | null) {
  const isThere = wanted instanceof HTMLElement && wanted !== document.body && wanted.isConnected
  const place = isThere ? wanted : document.getElementById('content')
  place?.focus({ preventScroll: true })
}
