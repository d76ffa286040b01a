/** Numbers, money and moments as people in a language write them. */

export interface Formats {
  number(value: number | null | undefined, digits?: number): string
  signed(value: number): string
  percent(value: number | null | undefined): string
  money(value: number | null | undefined, currency: string): string
  date(value: string | null | undefined): string
  time(value: string | null | undefined): string
  today(): string
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

const isDay = (value: string) => /^\d{4}-\d{2}-\d{2}$/.test(value)

/** What makes something for a key when it is first asked for it: formatters are dear to make, and cheap to use. */
export function onceEach<Key, Made>(make: (key: Key) => Made): (key: Key) => Made {
  const made = new Map<Key, Made>()
  return (key) => {
    const known = made.get(key)
    if (known !== undefined) return known
    const fresh = make(key)
    made.set(key, fresh)
    return fresh
  }
}

const FORMS = {
  signed: { signDisplay: 'exceptZero' },
  percent: { style: 'percent', maximumFractionDigits: 1 },
} as const
const DATES = {
  // A day without a time of day stays that day, wherever it is read.
  day: { dateStyle: 'medium', timeZone: 'UTC' },
  date: { dateStyle: 'medium' },
  moment: { dateStyle: 'medium', timeStyle: 'short' },
  whole: { dateStyle: 'full' },
} as const

/** How a locale writes. */
export function formatsOf(locale: string): Formats {
  const plain = onceEach((digits: number) => new Intl.NumberFormat(locale, { maximumFractionDigits: digits }))
  const form = onceEach((name: keyof typeof FORMS) => new Intl.NumberFormat(locale, FORMS[name]))
  const currencies = onceEach((currency: string) => new Intl.NumberFormat(locale, { style: 'currency', currency }))
  const dates = onceEach((name: keyof typeof DATES) => new Intl.DateTimeFormat(locale, DATES[name]))
  const relative = onceEach((numeric: 'auto') => new Intl.RelativeTimeFormat(locale, { numeric }))
  return {
    number: (value, digits = 0) => (value === null || value === undefined ? NOTHING : plain(digits).format(value)),
    signed: (value) => form('signed').format(value),
    percent: (value) => (value === null || value === undefined ? NOTHING : form('percent').format(value / 100)),
    money: (value, currency) => (value === null || value === undefined ? NOTHING : currencies(currency).format(value)),
    date: (value) => (value ? dates(isDay(value) ? 'day' : 'date').format(new Date(value)) : NOTHING),
    time: (value) => (value ? dates('moment').format(new Date(value)) : NOTHING),
    today: () => dates('whole').format(new Date()),
    ago(value, now = Date.now()) {
      const seconds = (new Date(value).getTime() - now) / 1_000
      for (const [unit, length] of STEPS) {
        if (Math.abs(seconds) >= length) return relative('auto').format(Math.round(seconds / length), unit)
      }
      return relative('auto').format(0, 'second')
    },
  }
}
