import type { DetectorStatsInfo } from '@picket/sdk/client';
import { useLanguage } from '../i18n/language.tsx';
import { visibleText } from '../text/visible-text.ts';
import { shortBytes, shortCount, sumOf } from './amounts.ts';
import css from './stats.module.css';
import { CallTimes, Tile } from './stats-line.tsx';

/** Every number of a version that runs. */
export function VersionStats({ stats, replica }: { stats: DetectorStatsInfo; replica: string }) {
  const { text, locale } = useLanguage();
  const words = text.detectors.stats;
  const count = (n: number) => shortCount(n, locale);
  const dropped = sumOf(stats.dropped);
  const faults = sumOf(stats.traps);
  const skipped = sumOf(stats.skipped);
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  return (
    <section aria-label={words.title}>
      <dl className={css.tiles}>
        <Tile name={words.events} value={count(stats.events)} />
        <Tile name={words.calls} value={count(stats.calls)} />
        <Tile name={words.findings} value={count(stats.findings)} />
        <Tile name={words.time} title={words.timeTitle} value={<CallTimes stats={stats} />} />
        <Tile name={words.share} title={words.shareTitle} value={percent.format(stats.cost_share)} />
        <Tile name={words.memory} value={shortBytes(stats.memory_bytes, locale)} />
        <Tile name={words.queue} value={count(stats.queue)} />
        <Tile name={words.faults} value={<Reasons counts={stats.traps} />} warn={faults > 0} wide={faults > 0} />
        <Tile
          name={words.skipped}
          title={words.skippedTitle}
          value={<Reasons counts={stats.skipped} />}
          warn={skipped > 0}
          wide={skipped > 0}
        />
        <Tile name={words.errors} value={count(stats.errors)} warn={stats.errors > 0} />
        <Tile name={words.dropped} title={words.droppedTitle} value={count(dropped)} warn={dropped > 0} />
        <Tile name={words.restarts} value={count(stats.restarts)} />
      </dl>
      <p className={css.where}>{words.where(visibleText(replica))}</p>
    </section>
  );
}

/** Counts by reason, those that are none left out. */
function Reasons({ counts }: { counts: Readonly<Record<string, number>> }) {
  const { text, locale } = useLanguage();
  const entries = Object.entries(counts).filter(([, n]) => n > 0);
  if (entries.length === 0) return text.detectors.stats.none;
  return entries.map(([reason, n]) => (
    <div key={reason}>
      {shortCount(n, locale)} {text.detectors.reasons[reason] ?? <code>{visibleText(reason)}</code>}
    </div>
  ));
}
