/** The app's words: a catalogue per language, and how its locale writes numbers and moments. */
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'
import { en, type Catalogue, type MessageKey } from './en'
import { formatsOf, onceEach, type Formats } from './format'

export type { MessageKey } from './en'
export type Language = 'en' | 'de'
export type Facts = Record<string, string | number>
export type Translate = (key: MessageKey, facts?: Facts) => string

export const LANGUAGES: Record<Language, string> = { en: 'English', de: 'Deutsch' }
const KEPT_AS = 'onhand-language'

const pluralsOf = onceEach((language: string) => new Intl.PluralRules(language))
const numbersOf = onceEach((language: string) => new Intl.NumberFormat(language))

/** A sentence with its facts; `count` chooses between one and several. */
export function filled(catalogue: Catalogue, language: string, key: MessageKey, facts: Facts = {}): string {
  const message = catalogue[key]
  let text: string
  if (typeof message === 'string') text = message
  else {
    const form = pluralsOf(language).select(Number(facts.count ?? 0))
    text = form === 'one' ? message.one : message.other
  }
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const fact = facts[name]
    return name === 'count' && typeof fact === 'number' ? numbersOf(language).format(fact) : String(fact ?? whole)
  })
}

interface Speech {
  language: Language
  locale: string
  t: Translate
  f: Formats
  speak(language: Language): void
}

const SpeechContext = createContext<Speech | null>(null)

/** The language that somebody chose, or that their browser asks for. */
export function wantedLanguage(): Language {
  const chosen = localStorage.getItem(KEPT_AS)
  if (chosen === 'en' || chosen === 'de') return chosen
  return navigator.language.toLowerCase().startsWith('de') ? 'de' : 'en'
}

/** The catalogue of a language; English is part of the app, others are loaded. */
export async function catalogueOf(language: Language): Promise<Catalogue> {
  return language === 'de' ? (await import('./de')).de : en
}

/** Where a language is spoken with variants, numbers and dates are written as the browser has it. */
function localeOf(language: Language): string {
  return navigator.languages.find((it) => it.toLowerCase().startsWith(language)) ?? language
}

export function SpeechProvider({ first, catalogue, children }: { first: Language; catalogue: Catalogue; children: ReactNode }) {
  const [spoken, setSpoken] = useState({ language: first, catalogue })
  useEffect(() => {
    document.documentElement.lang = spoken.language
  }, [spoken.language])
  const speech = useMemo<Speech>(() => {
    const { language } = spoken
    const locale = localeOf(language)
    return {
      language,
      locale,
      t: (key, facts) => filled(spoken.catalogue, language, key, facts),
      f: formatsOf(locale),
      speak(wanted) {
        localStorage.setItem(KEPT_AS, wanted)
        void catalogueOf(wanted).then((found) => setSpoken({ language: wanted, catalogue: found }))
      },
    }
  }, [spoken])
  return <SpeechContext value={speech}>{children}</SpeechContext>
}

/** The language that is spoken here. */
export function useSpeech(): Speech {
  const speech = useContext(SpeechContext)
  if (!speech) throw new Error('outside of SpeechProvider')
  return speech
}
