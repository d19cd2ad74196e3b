import type { DetectorInfo, DetectorStatsInfo } from '@picket/sdk/client';
import { Link } from 'react-router';
import { FROM_LIST } from '../alerts/from-list.ts';
import { LIST_MS } from '../api/use-paged-list.ts';
import { useLanguage } from '../i18n/language.tsx';
import marks from '../shell/marks.module.css';
import { TimeText } from '../text/time-text.tsx';
import { UntrustedText } from '../text/untrusted-text.tsx';
import css from './detector-row.module.css';
import { StageMark } from './stage-mark.tsx';
import { type Staged, stagedVersions } from './stages.ts';
import { StatsLine } from './stats-line.tsx';
import { useDetectorStats } from './use-detectors.ts';

/** One detector of the list, with a line for each version that is in a stage. */
export function DetectorRow({ detector }: { detector: DetectorInfo }) {
  const { text } = useLanguage();
  const staged = stagedVersions(detector);
  const stats = useDetectorStats(detector.name, staged.length > 0, LIST_MS).data?.items ?? [];
  return (
    <li className={css.item}>
      <Link className={css.row} to={`/detectors/${detector.name}`} state={FROM_LIST} data-detector={detector.name}>
        <span className={css.head}>
          <span className={css.name}>{detector.name}</span>
          {detector.paused && <span className={marks.trouble}>{text.detectors.paused}</span>}
          <span className={css.facts}>
            {text.detectors.kept(detector.versions)} · <TimeText iso={detector.changed} form="relative" />
          </span>
        </span>
        <span className={css.summary}>
          <UntrustedText text={detector.summary} />
        </span>
        {staged.length === 0 && <span className="dim">{text.detectors.idle}</span>}
        {staged.map((one) => (
          <VersionLine key={one.stage} staged={one} stats={stats.find(({ version }) => version === one.version.id)} />
        ))}
      </Link>
    </li>
  );
}

function VersionLine({ staged, stats }: { staged: Staged; stats: DetectorStatsInfo | undefined }) {
  const { text } = useLanguage();
  const { stage, version } = staged;
  const state = stats?.state;
  return (
    <div className={css.version}>
      <span className={css.stage}>
        <StageMark stage={stage} />
        <code>{version.version}</code>
        {version.blocked !== null && <span className={marks.trouble}>{text.detectors.states.refused}</span>}
        {(state === 'quarantined' || state === 'refused') && (
          <span className={marks.trouble}>{text.detectors.states[state]}</span>
        )}
      </span>
      {stats && <StatsLine stats={stats} />}
    </div>
  );
}
