import type { Alert } from '@picket/sdk';
import { useMemo } from 'react';
import { CopyButton } from '../text/copy-button.tsx';
import { visibleJson } from '../text/visible-text.ts';
import css from './raw-json.module.css';

/** The alert as other tools get it. */
export function RawJson({ alert }: { alert: Alert }) {
  const json = useMemo(() => visibleJson(alert), [alert]);
  return (
    <div className={css.json}>
      <span className={css.copy}>
        <CopyButton value={json} />
      </span>
      <pre>{json}</pre>
    </div>
  );
}
