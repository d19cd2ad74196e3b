import type { DetectorFindingInfo } from '@picket/sdk/client';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { isOnHost } from '../alerts/evidence.ts';
import { type AlertFilter, NO_FILTER, writeFilter } from '../alerts/filter.ts';
import { SeverityMark } from '../alerts/severity-mark.tsx';
import { Overview } from '../detail/overview.tsx';
import { useLanguage } from '../i18n/language.tsx';
import { DownIcon } from '../shell/icons.tsx';
import { TimeText } from '../text/time-text.tsx';
import { UntrustedText } from '../text/untrusted-text.tsx';
import { visibleText } from '../text/visible-text.ts';
import css from './entries.module.css';
import layout from './layout.module.css';
import { PagedFoot } from './paged-foot.tsx';
import { useFindings } from './use-detectors.ts';

/** What it found and nobody was alerted of. Each unfolds to what an alert would have said. */
export function FindingsTab({ name }: { name: string }) {
  const { text } = useLanguage();
  const words = text.detectors.findings;
  const list = useFindings(name);
  return (
    <>
      <p className={layout.hint}>{words.hint}</p>
      {list.items.length > 0 && (
        <ul className={css.entries}>
          {list.items.map((finding) => (
            <Finding key={`${finding.version} ${finding.alert.uuid}`} finding={finding} />
          ))}
        </ul>
      )}
      {list.items.length === 0 && !list.loading && !list.error && <p className={layout.empty}>{words.none}</p>}
      <PagedFoot list={list} failed={words.failed} more={words.more} />
    </>
  );
}

function Finding({ finding: { alert } }: { finding: DetectorFindingInfo }) {
  const { text } = useLanguage();
  const navigate = useNavigate();
  const [open, setOpen] = useState(false);
  const filter = (change: Partial<AlertFilter>) =>
    void navigate(`/alerts?${writeFilter({ ...NO_FILTER, ...change }, new URLSearchParams())}`);
  return (
    <li className={css.entry}>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <span className={css.line}>
            <SeverityMark priority={alert.priority} />
            <strong>
              <UntrustedText text={alert.rule} />
            </strong>
            <code className="dim">{visibleText(alert.detector.version)}</code>
            <span className={css.when}>
              <TimeText iso={alert.time} form="relative" /> <TimeText iso={alert.time} form="clock" className="dim" />
              <DownIcon size={14} />
            </span>
          </span>
          <span className={css.text}>
            <UntrustedText text={alert.output} />
          </span>
          <span className={css.place}>
            {alert.container ? (
              <UntrustedText text={alert.container.name ?? alert.container.id} />
            ) : isOnHost(alert) ? (
              text.list.host
            ) : (
              text.list.unknownContainer
            )}{' '}
            · <UntrustedText text={alert.hostname} />
          </span>
        </summary>
        {open && (
          <div className={css.inside}>
            <Overview alert={alert} onFilter={filter} />
          </div>
        )}
      </details>
    </li>
  );
}
