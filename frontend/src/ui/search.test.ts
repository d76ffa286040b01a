import { describe, expect, it } from 'vitest'
import { way } from '~/documents/life-cycle'
import { productSearch } from '~/products/search'
import { withCode, withName } from '~/warehouse/seen'
import { addressed } from './search'

describe('an address', () => {
  it('is read with care: what makes no sense is left out', () => {
    expect(productSearch({ page: '2', search: 'lamp', status: 'low_stock', warehouse: 'x', archived: 'true', other: 1 })).toEqual({ page: 2, search: 'lamp', status: 'low_stock', archived: true })
    expect(productSearch({ page: -1, status: '<script>', search: '' })).toEqual({})
  })
  it('of a file has the filters that are set, and no others', () => {
    expect(addressed('/a/pdf', { sort: '-name', warehouse_id: 2, type: undefined, at: 'a&b=c' })).toBe('/a/pdf?sort=-name&warehouse_id=2&at=a%26b%3Dc')
    expect(addressed('/a/pdf', { sort: undefined })).toBe('/a/pdf')
  })
})

describe('a life', () => {
  const main = ['draft', 'pending', 'approved', 'sent', 'completed']
  it('leaves out what was passed over, and shows what may come', () => {
    const history = [{ to_state: 'draft' }, { to_state: 'approved' }]
    expect(way(main, 'approved', history).map((it) => `${it.state} ${it.kind}`)).toEqual(['draft past', 'approved now', 'sent to come', 'completed to come'])
  })
  it('may end beside the way', () => {
    expect(way(main, 'cancelled', [{ to_state: 'draft' }]).map((it) => it.state)).toEqual(['draft', 'cancelled'])
  })
})

describe('a scan', () => {
  const known = [
    { id: 1, sku: 'LAMP-1', name: 'Lamp', barcode: '4006381333931', unit: 'piece' },
    { id: 2, sku: 'LAMP-10', name: 'Lamp shade', barcode: null, unit: 'piece' },
  ]
  it('means a barcode or a SKU exactly, else a part of a name', () => {
    expect(withCode(known, '4006381333931').map((it) => it.id)).toEqual([1])
    expect(withCode(known, 'lamp-1').map((it) => it.id)).toEqual([1])
    expect(withName(known, 'lamp').map((it) => it.id)).toEqual([1, 2])
    expect(withName(known, 'chair')).toEqual([])
  })
})
