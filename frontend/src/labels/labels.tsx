/** Labels to print: a name, a barcode or QR code, on sheets or on a roll. */
import { Button, Group, NumberInput, Select, SegmentedControl, Stack, Text } from '@mantine/core'
import { IconPrinter, IconTags } from '@tabler/icons-react'
import { useSearch } from '@tanstack/react-router'
import JsBarcode from 'jsbarcode'
import qrcode from 'qrcode-generator'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useProductNames } from '~/documents/names'
import { useSpeech } from '~/i18n'
import { Empty, Page } from '~/ui/page'
import { ProductPicker } from '~/ui/pickers'
import './labels.css'

const SIZES = { sheet24: { columns: 3, width: '70mm', height: '37mm' }, sheet65: { columns: 5, width: '38.1mm', height: '21.2mm' }, roll: { columns: 1, width: '57mm', height: '32mm' } } as const
type Size = keyof typeof SIZES

function Bars({ text }: { text: string }) {
  const ref = useRef<SVGSVGElement>(null)
  useEffect(() => {
    if (ref.current) JsBarcode(ref.current, text, { format: 'CODE128', displayValue: false, margin: 0, height: 40, width: 2 })
  }, [text])
  return <svg ref={ref} className="label-bars" role="img" aria-label={text} preserveAspectRatio="none" />
}

function Square({ text }: { text: string }) {
  const path = useMemo(() => {
    const code = qrcode(0, 'M')
    code.addData(text)
    code.make()
    const count = code.getModuleCount()
    let drawn = ''
    for (let y = 0; y < count; y++) for (let x = 0; x < count; x++) if (code.isDark(y, x)) drawn += `M${x} ${y}h1v1h-1z`
    return { drawn, count }
  }, [text])
  return (
    <svg viewBox={`0 0 ${path.count} ${path.count}`} className="label-square" role="img" aria-label={text} shapeRendering="crispEdges">
      <path d={path.drawn} fill="#000" />
    </svg>
  )
}

export function Labels() {
  const { t } = useSpeech()
  const search = useSearch({ strict: false }) as { products?: string | number }
  const [ids, setIds] = useState<number[]>(() => String(search.products ?? '').split(/[.,]/).map(Number).filter(Boolean))
  const [count, setCount] = useState<number | string>(8)
  const [size, setSize] = useState<Size>('sheet24')
  const [kind, setKind] = useState<'bars' | 'square'>('bars')
  const nameOf = useProductNames(ids)
  const { columns, width, height } = SIZES[size]
  const shown = ids.flatMap((id) => Array.from({ length: Number(count) || 1 }, (_, at) => ({ key: `${id}-${at}`, ...nameOf(id) })))
  return (
    <Page
      title={t('labels.title')}
      lead={t('labels.lead')}
      actions={
        <Button leftSection={<IconPrinter size={16} />} onClick={() => window.print()} disabled={shown.length === 0}>
          {t('print')}
        </Button>
      }
    >
      <Group align="flex-end" className="no-print">
        <div style={{ flex: '1 1 240px', maxWidth: 400 }}>
          <ProductPicker label={t('labels.add')} value={null} onPick={(product) => product && setIds((before) => [...new Set([...before, product.id])])} />
        </div>
        <NumberInput label={t('labels.each')} value={count} onChange={setCount} min={1} max={200} allowDecimal={false} w={110} />
        <Select
          label={t('labels.size')}
          value={size}
          onChange={(value) => value && setSize(value as Size)}
          data={[
            { value: 'sheet24', label: t('labels.sheet24') },
            { value: 'sheet65', label: t('labels.sheet65') },
            { value: 'roll', label: t('labels.roll') },
          ]}
          allowDeselect={false}
        />
        <SegmentedControl value={kind} onChange={(value) => setKind(value as 'bars')} data={[{ value: 'bars', label: t('labels.bars') }, { value: 'square', label: t('labels.square') }]} aria-label={t('labels.kind')} />
      </Group>
      {shown.length === 0 && (
        <div className="card no-print">
          <Empty icon={IconTags} title={t('labels.none')} text={t('labels.none_text')} />
        </div>
      )}
      <Stack className="labels" style={{ gridTemplateColumns: `repeat(${columns}, ${width})` }}>
        {shown.map((it) => (
          <div key={it.key} className="label" style={{ width, height }} data-kind={kind}>
            <Text className="label-name">{it.name}</Text>
            {kind === 'bars' ? <Bars text={it.sku} /> : <Square text={it.sku} />}
            <Text className="label-sku">{it.sku}</Text>
          </div>
        ))}
      </Stack>
    </Page>
  )
}
