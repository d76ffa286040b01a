import { describe, expect, it } from 'vitest'
import { cellsOf } from './cells'

describe('a pasted table', () => {
  it('is read with tabs, as spreadsheets copy it, or as CSV', () => {
    expect(cellsOf('sku\tname\nA\tLamp\n')).toEqual({ header: ['sku', 'name'], rows: [['A', 'Lamp']] })
    expect(cellsOf('sku;name\r\nA;Lamp\r\n')).toEqual({ header: ['sku', 'name'], rows: [['A', 'Lamp']] })
  })
  it('may have quotes, and within them anything', () => {
    expect(cellsOf('sku,name\nA,"Lamp, ""big"",\nblue"').rows).toEqual([['A', 'Lamp, "big",\nblue']])
  })
})
