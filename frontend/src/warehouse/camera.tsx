/** Scanning by the phone's camera, where the browser can read barcodes. */
import { Button, Modal, Stack, Text } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useSpeech } from '~/i18n'

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>
}
type DetectorMaker = new (options?: { formats: string[] }) => Detector

const LOOK_EVERY_MS = 180

export function hasCameraScanner(): boolean {
  return 'BarcodeDetector' in window && Boolean(navigator.mediaDevices)
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
      const maker = (window as unknown as { BarcodeDetector: DetectorMaker }).BarcodeDetector
      const detector = new maker()
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
