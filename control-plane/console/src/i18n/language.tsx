import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { en, type Messages } from './en.ts';
import { zhCn } from './zh-cn.ts';

/** A new language is one more file beside `en.ts` and one more line here. */
export const LANGUAGES = { en, 'zh-CN': zhCn } as const satisfies Record<string, Messages>;
export type LanguageTag = keyof typeof LANGUAGES;

const STORAGE_KEY = 'picket.language';

const isLanguage = (tag: string | null): tag is LanguageTag => tag !== null && Object.hasOwn(LANGUAGES, tag);

/** The best language for the wishes of a browser, the first wish that is known; English when none is. */
export function pickLanguage(wishes: readonly string[]): LanguageTag {
  for (const wish of wishes) {
    const base = wish.toLowerCase().split('-')[0];
    if (base === 'zh') return 'zh-CN';
    if (base === 'en') return 'en';
  }
  return 'en';
}

/** The first wish in this language, region included (`en-GB`), for dates and numbers. */
export function localeFor(language: LanguageTag, wishes: readonly string[]): string {
  const base = language.split('-')[0] ?? language;
  return wishes.find((wish) => wish.toLowerCase().split('-')[0] === base) ?? language;
}

function initialLanguage(): LanguageTag {
  const kept = localStorage.getItem(STORAGE_KEY);
  return isLanguage(kept) ? kept : pickLanguage(navigator.languages);
}

interface LanguageValue {
  readonly language: LanguageTag;
  /** For dates and numbers: the reader's own region when its language is the chosen one. */
  readonly locale: string;
  readonly text: Messages;
  readonly setLanguage: (language: LanguageTag) => void;
}

const LanguageContext = createContext<LanguageValue | undefined>(undefined);

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setState] = useState(initialLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const value = useMemo(
    () => ({
      language,
      locale: localeFor(language, navigator.languages),
      text: LANGUAGES[language],
      setLanguage: (next: LanguageTag) => {
        localStorage.setItem(STORAGE_KEY, next);
        setState(next);
      },
    }),
    [language],
  );
  return <LanguageContext value={value}>{children}</LanguageContext>;
}

/** Texts and locale of the chosen language. */
export function useLanguage(): LanguageValue {
  const value = useContext(LanguageContext);
  if (!value) throw new Error('useLanguage needs a LanguageProvider above it');
  return value;
}
