import type { Alert } from '@picket/sdk';
import type { AlertFilter } from '../alerts/filter.ts';
import { SeverityMark } from '../alerts/severity-mark.tsx';
import { useLanguage } from '../i18n/language.tsx';
import { TimeText } from '../text/time-text.tsx';
import { UntrustedText } from '../text/untrusted-text.tsx';
import css from './detail-head.module.css';
import { FilterButton } from './filter-button.tsx';

/** Severity, rule and when. */
export function DetailHead({ alert, onFilter }: { alert: Alert; onFilter: (change: Partial<AlertFilter>) => void }) {
  const { text, locale } = useLanguage();
  const repeated = alert.count > 1;
  return (
    <header className={css.head}>
      <div className={css.line}>
        <SeverityMark priority={alert.priority} />
        {repeated && <span className={css.count}>{text.list.times(alert.count.toLocaleString(locale))}</span>}
        <TimeText iso={alert.last_seen} form="relative" className="dim" />
      </div>
      <h2 className={css.rule}>
        <UntrustedText text={alert.rule} />
        <FilterButton what={alert.rule} onClick={() => onFilter({ rule: alert.rule })} />
      </h2>
      <p className={css.times}>
        {alert.first_seen !== alert.last_seen ? (
          <>
            <TimeText iso={alert.first_seen} form="full" /> – <TimeText iso={alert.last_seen} form="full" />
          </>
        ) : (
          <TimeText iso={alert.time} form="full" />
        )}
      </p>
    </header>
  );
}
