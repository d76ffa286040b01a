/** A way to what is printed: the server makes the PDF, in the language spoken here; the browser keeps it. */
import { Button, type ButtonProps } from '@mantine/core'
import { IconFileTypePdf } from '@tabler/icons-react'
import { useSpeech } from '~/i18n'

interface PdfProps extends ButtonProps {
  href: string
  /** What it is of, where a page has several. */
  of?: string
  /** What stands on it, where that is no plain PDF of the page. */
  label?: string
}

export function Pdf({ href, of, label, ...rest }: PdfProps) {
  const { t, language } = useSpeech()
  const shown = label ?? t('pdf')
  const spoken = `${href}${href.includes('?') ? '&' : '?'}language=${language}`
  return (
    <Button variant="default" {...rest} component="a" href={spoken} target="_blank" leftSection={<IconFileTypePdf size={16} />} aria-label={of && `${shown}: ${of}`}>
      {shown}
    </Button>
  )
}
