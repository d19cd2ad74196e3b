import type { Alert } from '@picket/sdk';
import { memo } from 'react';
import { Link } from 'react-router';
import { useLanguage } from '../i18n/language.tsx';
import { ContainerIcon, GapIcon, NodeIcon, PartialIcon } from '../shell/icons.tsx';
import { TimeText } from '../text/time-text.tsx';
import { UntrustedText } from '../text/untrusted-text.tsx';
import { visibleText } from '../text/visible-text.ts';
import css from './alert-row.module.css';
import { isOnHost, lostEvents } from './evidence.ts';
import { severityLook } from './severity.ts';
import { SeverityMark } from './severity-mark.tsx';
import { shortImage } from './short-image.ts';

interface AlertRowProps {
  alert: Alert;
  /** The query part of the address, kept when the alert opens. */
  search: string;
  /** State of the history entry that the row opens. */
  state: unknown;
  /** The alert that is open beside the list. */
  openUuid: string | undefined;
  /** True when it came live: it is marked for a moment. */
  fresh: boolean;
}

/** One alert of the list: a link, so that Enter, middle click and copying the address work by themselves. */
export const AlertRow = memo(function AlertRow({ alert, search, state, openUuid, fresh }: AlertRowProps) {
  return (
    <li className={css.item} data-look={severityLook(alert.priority)} data-fresh={fresh || undefined}>
      <Link
        className={css.row}
        to={{ pathname: `/alerts/${alert.uuid}`, search }}
        state={state}
        replace={openUuid !== undefined}
        data-alert={alert.uuid}
        aria-current={alert.uuid === openUuid || undefined}
        preventScrollReset
      >
        <span className={css.severity}>
          <SeverityMark priority={alert.priority} />
        </span>
        <span className={css.what}>
          <span className={css.rule}>
            <UntrustedText text={alert.rule} />
          </span>
          <span className={css.output}>
            <UntrustedText text={alert.output} />
          </span>
        </span>
        <span className={css.where}>
          <Where alert={alert} />
        </span>
        <span className={css.badges}>
          <Badges alert={alert} />
        </span>
        <span className={css.when}>
          <TimeText iso={alert.time} form="relative" />
          <TimeText iso={alert.time} form="clock" className={css.clock} />
        </span>
      </Link>
    </li>
  );
});

function Where({ alert }: { alert: Alert }) {
  const { text } = useLanguage();
  const { container } = alert;
  return (
    <>
      <span className={css.place} data-missing={!container || undefined}>
        <ContainerIcon size={13} />
        <span>
          {container ? (
            <UntrustedText text={container.name ?? container.id} />
          ) : isOnHost(alert) ? (
            text.list.host
          ) : (
            text.list.unknownContainer
          )}
          {container?.image && (
            <span className={css.image} title={visibleText(container.image)}>
              {' '}
              <UntrustedText text={shortImage(container.image)} />
            </span>
          )}
        </span>
      </span>
      <span className={css.place}>
        <NodeIcon size={13} />
        <span>
          <UntrustedText text={alert.hostname} />
        </span>
      </span>
    </>
  );
}

function Badges({ alert }: { alert: Alert }) {
  const { text, locale } = useLanguage();
  const lost = lostEvents(alert);
  const number = (n: number) => new Intl.NumberFormat(locale, { notation: 'compact' }).format(n);
  return (
    <>
      {alert.count > 1 && (
        <span className={css.count} title={text.list.times(alert.count.toLocaleString(locale))}>
          ×{number(alert.count)}
        </span>
      )}
      {alert.last_seen !== alert.time && (
        <span className="dim">
          {text.list.last} <TimeText iso={alert.last_seen} form="relative" />
        </span>
      )}
      {lost > 0 && (
        <span className={css.warn} title={text.list.lostTitle(lost.toLocaleString(locale))}>
          <GapIcon size={13} />
          {text.list.lost(number(lost))}
        </span>
      )}
      {alert.evidence.metadata === 'partial' && (
        <span className={css.warn} title={text.list.partialTitle}>
          <PartialIcon size={13} />
          {text.list.partial}
        </span>
      )}
    </>
  );
}
