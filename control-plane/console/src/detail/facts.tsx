import type { ReactNode } from 'react';
import { useLanguage } from '../i18n/language.tsx';
import css from './facts.module.css';

/** Name and value; null means not known, which is said rather than left out. */
export type Fact = readonly [name: string, value: ReactNode];

/** A list of names and values. Entries that are undefined do not apply and are left out. */
export function Facts({ facts }: { facts: readonly (Fact | undefined)[] }) {
  const { text } = useLanguage();
  return (
    <dl className={css.facts}>
      {facts
        .filter((fact) => fact !== undefined)
        .map(([name, value]) => (
          <div key={name} className={css.fact}>
            <dt>{name}</dt>
            <dd>{value === null || value === '' ? <span className="dim">{text.common.unknown}</span> : value}</dd>
          </div>
        ))}
    </dl>
  );
}
