import type { Alert } from '@picket/sdk';
import type { CSSProperties } from 'react';
import { useLanguage } from '../i18n/language.tsx';
import { UntrustedText } from '../text/untrusted-text.tsx';
import css from './explanation.module.css';

/** Why a learned model finds this unusual: each feature with its share, the largest first. */
export function Explanation({ alert }: { alert: Alert }) {
  const { text } = useLanguage();
  const parts = (alert.explanation ?? []).toSorted((a, b) => b.contribution - a.contribution);
  const total = parts.reduce((sum, part) => sum + Math.max(0, part.contribution), 0);
  if (parts.length === 0) return null;
  return (
    <div className={css.why}>
      <h4>{text.detail.why}</h4>
      <ul>
        {parts.map((part) => (
          <li key={part.feature}>
            <span
              className={css.bar}
              style={{ '--share': Math.max(0, part.contribution) / (total || 1) } as CSSProperties}
            />
            <span>
              <UntrustedText text={part.text} /> <code className="dim">{part.feature}</code>
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
