import type { ModelInfo } from '@picket/sdk/client';
import { Link } from 'react-router';
import { FROM_LIST } from '../alerts/from-list.ts';
import { useLanguage } from '../i18n/language.tsx';
import marks from '../shell/marks.module.css';
import { TimeText } from '../text/time-text.tsx';
import { UntrustedText } from '../text/untrusted-text.tsx';
import css from './behaviour.module.css';
import { observedText, rateText, shortDigest } from './numbers.ts';
import { StageMark } from './stage-mark.tsx';

/** One workload of the list. */
export function WorkloadRow({ workload }: { workload: ModelInfo }) {
  const { text } = useLanguage();
  const words = text.behaviour;
  return (
    <li className={css.item}>
      <Link className={css.row} to={`/behaviour/${workload.id}`} state={FROM_LIST} data-workload={workload.key}>
        <span className={css.line}>
          <StageMark stage={workload.stage} />
          <span className={css.name}>
            <UntrustedText text={workload.key} />
          </span>
          <code className="dim">{shortDigest(workload.digest)}</code>
          <Marks workload={workload} />
          <span className={css.when}>
            <TimeText iso={workload.changed} form="relative" />
          </span>
        </span>
        <Numbers workload={workload} />
        {workload.waiting && <span className={css.note}>{words.waits}</span>}
      </Link>
    </li>
  );
}

/** What an operator should know of at once. */
export function Marks({ workload }: { workload: ModelInfo }) {
  const { text } = useLanguage();
  const words = text.behaviour;
  return (
    <>
      {workload.paused && <span className={marks.trouble}>{words.paused}</span>}
      {workload.pinned && (
        <span className={css.tag} title={words.pinnedTitle}>
          {words.pinned}
        </span>
      )}
      {workload.failure && <span className={marks.trouble}>{words.failedTraining}</span>}
    </>
  );
}

/** What it has learned, and the alarms that come of it. */
export function Numbers({ workload }: { workload: ModelInfo }) {
  const { text, locale } = useLanguage();
  const words = text.behaviour;
  const { learned, target, observed, version, prior } = workload;
  const facts: readonly (readonly [string, string, string?])[] = [
    // what was brought in was learned elsewhere
    [words.windows, Math.max(learned.windows, version?.windows ?? 0).toLocaleString(locale), words.windowsTitle],
    [words.runs, Math.max(learned.runs, version?.runs ?? 0).toLocaleString(locale)],
    [words.version, version ? version.id.slice(0, 8) : prior ? words.prior : words.none],
    [words.heldOut, version?.held_out ? rateText(version.held_out.perDay, locale) : words.none, words.heldOutTitle],
    [words.observed, observed ? observedText(observed, locale) : words.none, words.observedTitle],
    [words.target, rateText(target.per_day, locale), words.targetTitle],
  ];
  return (
    <dl className={css.numbers}>
      {facts.map(([name, value, title]) => (
        <div key={name} title={title}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
