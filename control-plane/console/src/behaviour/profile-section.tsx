import { Button } from '@mantine/core';
import type { ProfileEntry } from '@picket/sdk/client';
import { useState } from 'react';
import { useLanguage } from '../i18n/language.tsx';
import { TimeText } from '../text/time-text.tsx';
import { UntrustedText } from '../text/untrusted-text.tsx';
import { visibleText } from '../text/visible-text.ts';
import type { Act } from './acts.ts';
import css from './profile.module.css';

interface ProfileSectionProps {
  name: string;
  entries: readonly ProfileEntry[];
  open: boolean;
  /** Left out for who may say nothing about entries. */
  onAct?: (act: Act) => void;
}

/** Entries shown at first, and how many more at a time. */
const STEP = 100;

/** The entries of one class. */
export function ProfileSection({ name, entries, open, onAct }: ProfileSectionProps) {
  const { text, locale } = useLanguage();
  const words = text.behaviour.profile;
  const [most, setMost] = useState(STEP);
  if (entries.length === 0) return null;
  return (
    <details className={css.section} open={open || undefined} data-class={entries[0]?.class}>
      <summary>
        {name} <span className="dim">{entries.length.toLocaleString(locale)}</span>
      </summary>
      <ul>
        {entries.slice(0, most).map((entry) => (
          <li key={entry.token} className={css.entry}>
            <code>
              <UntrustedText text={entry.text} />
            </code>
            <span className={css.facts}>
              {entry.windows > 0 && words.seen(entry.windows, entry.runs)}
              {entry.last_seen !== null && (
                <>
                  {' · '}
                  <TimeText iso={entry.last_seen} form="relative" />
                </>
              )}
            </span>
            {onAct && (
              <Button
                variant="default"
                size="compact-xs"
                aria-label={words.removeOf(visibleText(entry.text))}
                onClick={() => onAct({ kind: 'remove', tokens: [entry.token] })}
              >
                {text.behaviour.act.remove}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {entries.length > most && (
        <Button variant="default" size="xs" onClick={() => setMost(most + STEP)}>
          {words.more}
        </Button>
      )}
    </details>
  );
}
