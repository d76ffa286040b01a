import { describe, expect, it } from 'vitest'
import { filled } from '.'
import { de } from './de'
import { en, type MessageKey } from './en'
import { formatsOf } from './format'

const placesIn = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((it) => it[1]).sort()
const forms = (message: (typeof en)[MessageKey] | (typeof de)[MessageKey]) => (typeof message === 'string' ? [message] : [message.one, message.other])

describe('catalogues', () => {
  it('have a place for the same facts in every language', () => {
    for (const key of Object.keys(en) as MessageKey[]) {
      const wanted = placesIn(forms(en[key]).at(-1) ?? '')
      for (const text of forms(de[key])) expect(placesIn(text), key).toEqual(wanted)
    }
  })

  it('choose between one and several, and write numbers as people do', () => {
    expect(filled(en, 'en', 'days', { count: 1 })).toBe('1 day')
    expect(filled(de, 'de', 'days', { count: 1_200 })).toBe('1.200 Tage')
    expect(filled(en, 'en', 'sales.number', { id: 1_200 })).toBe('Sales order 1200')
  })
})

describe('formats', () => {
  it('follow the locale', () => {
    expect(formatsOf('de-DE').number(1234567)).toBe('1.234.567')
    expect(formatsOf('en-GB').money(1299.99, 'GBP')).toBe('£1,299.99')
    expect(formatsOf('en-GB').signed(-5)).toBe('-5')
    expect(formatsOf('en-GB').signed(5)).toBe('+5')
    expect(formatsOf('en-GB').date('2026-03-01')).toBe('1 Mar 2026')
    expect(formatsOf('en').ago('2026-01-01T00:00:00Z', Date.UTC(2026, 0, 1, 2))).toBe('2 hours ago')
    expect(formatsOf('en').number(null)).toBe('–')
  })
})
