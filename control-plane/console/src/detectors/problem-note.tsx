import { PicketApiError } from '@picket/sdk/client';
import { useEffect, useRef } from 'react';
import { useLanguage } from '../i18n/language.tsx';
import { UntrustedText } from '../text/untrusted-text.tsx';
import css from './problem-note.module.css';

/** Why the server refused, in its words: they say what to do. */
export function ProblemNote({ error }: { error: Error }) {
  const { text } = useLanguage();
  const note = useRef<HTMLDivElement>(null);
  // The button that was pressed could not keep the focus while it was busy.
  useEffect(() => note.current?.focus(), []);
  const api = error instanceof PicketApiError ? error : undefined;
  return (
    <div ref={note} className={css.problem} role="alert" tabIndex={-1}>
      <strong>{text.detectors.act.refused}</strong>
      <p>
        <UntrustedText text={api?.detail ?? error.message} />
      </p>
      {api && api.errors.length > 0 && (
        <ul>
          {api.errors.map(({ path, message }) => (
            <li key={`${path} ${message}`}>
              <code>
                <UntrustedText text={path} />
              </code>{' '}
              <UntrustedText text={message} />
            </li>
          ))}
        </ul>
      )}
      {api && <code className={css.code}>{api.code}</code>}
    </div>
  );
}
