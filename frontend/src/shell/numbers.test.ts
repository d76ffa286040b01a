import { describe, expect, it } from 'vitest'
import type { MessageKey } from '~/i18n'
import { en } from '~/i18n/en'
import { documentsOf } from './numbers'

const named = (label: MessageKey, id: number) => String(en[label]).replace('{id}', String(id))
const places = (text: string) => documentsOf(text, named).map((it) => it.to)

describe('what is typed into the palette', () => {
  it('a number alone may mean a document of each kind', () => {
    expect(places('12')).toEqual(['/sales-orders/12', '/purchase-orders/12', '/transfers/12', '/counts/12'])
    expect(places(' #12 ')).toEqual(places('12'))
  })

  it('what stands before it says the kind, as on paper, in short or as the app names it', () => {
    expect(places('PO-7')).toEqual(['/purchase-orders/7'])
    expect(places('so 7')).toEqual(['/sales-orders/7'])
    expect(places('Sales order 7')).toEqual(['/sales-orders/7'])
    expect(places('purch 7')).toEqual(['/purchase-orders/7'])
    expect(places('count7')).toEqual(['/counts/7'])
  })

  it('a SKU, a barcode, a word or no number is no document', () => {
    for (const text of ['', 'kettle', 'KIT-1000', 'po', '0', 'PO-12b', '4006381333931']) expect(places(text)).toEqual([])
  })
})
