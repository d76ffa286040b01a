/** Scanning by the phone's camera: the browser reads the barcode where it can, else a library does. */
import { Button, Stack, Text } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useSpeech } from '~/i18n'
import { Modal } from '~/ui/modal'

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>
}
type DetectorMaker = new (options?: { formats: string[] }) => Detector

const LOOK_EVERY_MS = 180

export function hasCameraScanner(): boolean {
  // Browsers hand out the camera to secure pages alone.
  return Boolean(navigator.mediaDevices)
}

/** The browser's own reader, or one from this server, a megabyte that is loaded when it is needed. */
async function makeDetector(): Promise<Detector> {
  const { BarcodeDetector: own } = window as unknown as { BarcodeDetector?: DetectorMaker & { getSupportedFormats(): Promise<string[]> } }
  // Some systems have the interface, and no reader behind it.
  if (own && (await own.getSupportedFormats().catch(() => [])).length > 0) return new own()
  const [{ BarcodeDetector, prepareZXingModule }, { default: address }] = await Promise.all([import('barcode-detector/ponyfill'), import('zxing-wasm/reader/zxing_reader.wasm?url')])
  prepareZXingModule({ overrides: { locateFile: (path: string, prefix: string) => (path.endsWith('.wasm') ? address : prefix + path) } })
  return new BarcodeDetector() as Detector
}

export function Camera({ onScan, close }: { onScan(text: string): void; close(): void }) {
  const { t } = useSpeech()
  const video = useRef<HTMLVideoElement>(null)
  const [fault, setFault] = useState('')
  useEffect(() => {
    let over = false
    let stream: MediaStream | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    async function watch() {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
      if (over || !video.current) return
      video.current.srcObject = stream
      await video.current.play()
      const detector = await makeDetector()
      const look = async () => {
        if (over || !video.current) return
        const found = await detector.detect(video.current).catch(() => [])
        const text = found[0]?.rawValue
        if (text) onScan(text)
        else timer = setTimeout(() => void look(), LOOK_EVERY_MS)
      }
      void look()
    }
    watch().catch(() => setFault(t('scan.no_camera')))
    return () => {
      over = true
      clearTimeout(timer)
      for (const track of stream?.getTracks() ?? []) track.stop()
    }
  }, [onScan, t])
  return (
    <Modal opened onClose={close} title={<Text fw={650}>{t('scan.camera')}</Text>} fullScreen>
      <Stack>
        {fault ? <Text c="red">{fault}</Text> : <video ref={video} playsInline muted style={{ width: '100%', borderRadius: 12, background: '#000' }} aria-label={t('scan.camera')} />}
        <Button size="lg" variant="default" onClick={close}>
          {t('cancel')}
        </Button>
      </Stack>
    </Modal>
  )
}
