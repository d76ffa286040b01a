/** Where one scans or types: a wedge scanner's line, or what the camera reads. */
import { ActionIcon, Group, Text, TextInput } from '@mantine/core'
import { IconBarcode, IconCamera } from '@tabler/icons-react'
import { useCallback, useEffect, useRef, useState, type FormEvent } from 'react'
import { useSpeech } from '~/i18n'
import { Camera, hasCameraScanner } from './camera'

interface ScanFieldProps {
  /** What may be scanned here. */
  hint?: string
  onScan(text: string): void
  /** The field takes the next scan whenever this changes. */
  ready?: unknown
}

export function ScanField({ hint, onScan, ready }: ScanFieldProps) {
  const { t } = useSpeech()
  const input = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  const [camera, setCamera] = useState(false)
  useEffect(() => {
    input.current?.focus()
  }, [ready])
  useEffect(() => {
    // A wedge scanner types wherever one is, and its Enter would press whatever button that is.
    const catchKey = (event: KeyboardEvent) => {
      const there = event.target as HTMLElement
      if (event.key.length !== 1 || event.key === ' ' || event.ctrlKey || event.metaKey || event.altKey || there.closest('input,textarea,select,[role=dialog],[role=listbox]')) return
      input.current?.focus()
    }
    window.addEventListener('keydown', catchKey, true)
    return () => window.removeEventListener('keydown', catchKey, true)
  }, [])
  const latest = useRef(onScan)
  latest.current = onScan
  const scanned = useCallback((read: string) => {
    setCamera(false)
    setText('')
    if (read.trim()) latest.current(read.trim())
  }, [])
  function submit(event: FormEvent) {
    event.preventDefault()
    scanned(text)
  }
  return (
    <>
      <form onSubmit={submit}>
        <Group gap="xs" wrap="nowrap">
          <TextInput
            ref={input}
            size="xl"
            flex={1}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            placeholder={t('scan.hint')}
            aria-label={t('scan.hint')}
            aria-describedby={hint && 'scan-hint'}
            leftSection={<IconBarcode size={24} />}
            autoComplete="off"
            autoCapitalize="none"
            enterKeyHint="search"
            styles={{ input: { fontSize: 18 } }}
          />
          {hasCameraScanner() && (
            <ActionIcon size={60} variant="light" onClick={() => setCamera(true)} aria-label={t('scan.camera')} radius="md">
              <IconCamera size={28} />
            </ActionIcon>
          )}
        </Group>
        {hint && (
          <Text id="scan-hint" fz="sm" c="dimmed" mt={4}>
            {hint}
          </Text>
        )}
      </form>
      {camera && <Camera close={() => setCamera(false)} onScan={scanned} />}
    </>
  )
}
