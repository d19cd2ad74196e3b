import { useState } from 'react';
import { useLanguage } from '../i18n/language.tsx';
import { DownIcon } from '../shell/icons.tsx';
import marks from '../shell/marks.module.css';
import { TimeText } from '../text/time-text.tsx';
import { UntrustedText } from '../text/untrusted-text.tsx';
import { visibleText } from '../text/visible-text.ts';
import { shortCount } from './amounts.ts';
import { BacktestReport } from './backtest-report.tsx';
import { CommandLine } from './command-line.tsx';
import css from './entries.module.css';
import layout from './layout.module.css';
import { Failed } from './paged-foot.tsx';
import { type DetectorBacktest, useBacktests } from './use-detectors.ts';

/** The kept backtests of the versions of a detector. They are started by the command. */
export function BacktestsTab({ name }: { name: string }) {
  const { text } = useLanguage();
  const words = text.detectors.backtests;
  const { data: backtests, error, refetch } = useBacktests(name);
  return (
    <>
      <p className={layout.hint}>{words.hint}</p>
      {backtests && backtests.length > 0 && (
        <ul className={css.entries}>
          {backtests.map((backtest) => (
            <Entry key={backtest.id} backtest={backtest} />
          ))}
        </ul>
      )}
      {error && <Failed text={words.failed} reload={() => void refetch()} />}
      {backtests?.length === 0 && !error && (
        <div className={layout.empty}>
          <p>{words.none}</p>
          <CommandLine command={words.command(name)} />
        </div>
      )}
    </>
  );
}

function Entry({ backtest }: { backtest: DetectorBacktest }) {
  const { text, locale } = useLanguage();
  const words = text.detectors.backtests;
  const [open, setOpen] = useState(false);
  const { state, clean, progress, error } = backtest;
  const running = state === 'running' || state === 'queued';
  return (
    <li className={css.entry}>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <span className={css.line}>
            <strong>{visibleText(backtest.subject.version)}</strong>
            <span>{words.states[state]}</span>
            {clean === false && (
              <span className={marks.trouble} title={words.uncleanTitle}>
                {words.unclean}
              </span>
            )}
            {clean === true && (
              <span className={css.clean} title={words.cleanTitle}>
                {words.clean}
              </span>
            )}
            <span className={css.when}>
              <TimeText iso={backtest.created} form="relative" />
              <DownIcon size={14} />
            </span>
          </span>
          <span className={css.place}>
            <Source from={backtest.from} />
            {running && ` · ${words.progress(shortCount(progress.events, locale))}`}
          </span>
          {error && (
            <span className={css.missed}>
              <UntrustedText text={error.message} /> <code>{error.code}</code>
            </span>
          )}
        </summary>
        {open && (
          <div className={css.inside}>
            <BacktestReport id={backtest.id} />
          </div>
        )}
      </details>
    </li>
  );
}

function Source({ from }: { from: DetectorBacktest['from'] }) {
  const { text } = useLanguage();
  if ('capture' in from) return text.detectors.backtests.capture;
  return (
    <>
      <TimeText iso={from.since} form="clock" /> –{' '}
      {from.until === undefined ? text.common.now : <TimeText iso={from.until} form="clock" />}
    </>
  );
}
