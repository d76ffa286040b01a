/** The way from a product to the documents it stands in, to its movements, and to who changed it. */
import { Stack } from '@mantine/core'
import { useSpeech, type MessageKey } from '~/i18n'
import { useMay, type Permission } from '~/session/me'
import { To } from '~/ui/link'
import { Card } from '~/ui/page'

const PLACES: { to(id: number): string; label: MessageKey; needs: Permission }[] = [
  { to: (id) => `/sales-orders?product=${id}`, label: 'nav.sales_orders', needs: 'sales.read' },
  { to: (id) => `/purchase-orders?product=${id}`, label: 'nav.purchase_orders', needs: 'purchasing.read' },
  { to: (id) => `/transfers?product=${id}`, label: 'nav.transfers', needs: 'transfers.read' },
  { to: (id) => `/counts?product=${id}`, label: 'nav.counts', needs: 'counts.read' },
  { to: (id) => `/settings/audit?subject=product:${id}`, label: 'product.who_changed', needs: 'audit.read' },
]

export function Occurs({ productId }: { productId: number }) {
  const { t } = useSpeech()
  const may = useMay()
  const shown = PLACES.filter((it) => may(it.needs))
  if (shown.length === 0) return null
  return (
    <Card title={t('product.occurs')}>
      <Stack gap={6} fz="sm" align="flex-start">
        {shown.map(({ to, label }) => (
          <To key={label} to={to(productId)}>
            {t(label)}
          </To>
        ))}
      </Stack>
    </Card>
  )
}
