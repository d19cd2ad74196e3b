import type { Alert } from '@picket/sdk';
import { lostEvents } from '../alerts/evidence.ts';
import { useLanguage } from '../i18n/language.tsx';
import { GapIcon, PartialIcon } from '../shell/icons.tsx';
import css from './incomplete-notice.module.css';

/** Said before everything else when the alert may not tell the whole story. */
export function IncompleteNotice({ alert }: { alert: Alert }) {
  const { text } = useLanguage();
  const lost = lostEvents(alert);
  const partial = alert.evidence.metadata === 'partial';
  if (lost === 0 && !partial) return null;
  return (
    <div className={css.notice} role="note">
      {lost > 0 && (
        <p>
          <GapIcon />
          <span>
            <strong>{text.evidence.lostTitle(lost)}.</strong> {text.evidence.lostText}
          </span>
        </p>
      )}
      {partial && (
        <p>
          <PartialIcon />
          <span>
            <strong>{text.evidence.partialTitle}.</strong> {text.evidence.partialText}
          </span>
        </p>
      )}
    </div>
  );
}
