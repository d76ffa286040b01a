/** Numbers, money and moments as people in a language write them. */

export interface Formats {
  number(value: number | null | undefined, digits?: number): string
  signed(value: number): string
  percent(value: number | null | undefined): string
  money(value: number | null | undefined, currency: string): string
  date(value: string | null | undefined): string
  time(value: string | null | undefined): string
  ago(value: string, now?: number): string
}

const NOTHING = '–'
const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]

/** A day without a time of day stays that day, wherever it is read. */
function momentOf(value: string): { at: Date; timeZone?: string } {
  return /^\d{4}-\d{2}-\d{2}$/.test(value) ? { at: new Date(`${value}T00:00:00Z`), timeZone: 'UTC' } : { at: new Date(value) }
}

/** How a locale writes. */
export function formatsOf(locale: string): Formats {
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const signed = new Intl.NumberFormat(locale, { signDisplay: 'exceptZero' })
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 })
  const currencies = new Map<string, Intl.NumberFormat>()
  const plain = new Map<number, Intl.NumberFormat>()
  return {
    number(value, digits = 0) {
      if (value === null || value === undefined) return NOTHING
      let format = plain.get(digits)
      if (!format) plain.set(digits, (format = new Intl.NumberFormat(locale, { maximumFractionDigits: digits })))
      return format.format(value)
    },
    signed: (value) => signed.format(value),
    percent: (value) => (value === null || value === undefined ? NOTHING : percent.format(value / 100)),
    money(value, currency) {
      if (value === null || value === undefined) return NOTHING
      let format = currencies.get(currency)
      if (!format) currencies.set(currency, (format = new Intl.NumberFormat(locale, { style: 'currency', currency })))
      return format.format(value)
    },
    date(value) {
      if (!value) return NOTHING
      const { at, timeZone } = momentOf(value)
      return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone }).format(at)
    },
    time(value) {
      if (!value) return NOTHING
      return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(value))
    },
    ago(value, now = Date.now()) {
      const seconds = (new Date(value).getTime() - now) / 1_000
      for (const [unit, length] of STEPS) {
        if (Math.abs(seconds) >= length) return relative.format(Math.round(seconds / length), unit)
      }
      return relative.format(0, 'second')
    },
  }
}
