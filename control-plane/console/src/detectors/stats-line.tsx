import type { DetectorStatsInfo } from '@picket/sdk/client';
import type { ReactNode } from 'react';
import { useLanguage } from '../i18n/language.tsx';
import { shortBytes, shortCount, shortTime, sumOf } from './amounts.ts';
import css from './stats.module.css';

/** The numbers of a version that are looked at first, in columns. */
export function StatsLine({ stats }: { stats: DetectorStatsInfo }) {
  const { text, locale } = useLanguage();
  const words = text.detectors.stats;
  const faults = sumOf(stats.traps);
  const skipped = sumOf(stats.skipped);
  const count = (n: number) => shortCount(n, locale);
  return (
    <dl className={css.line}>
      <Tile name={words.events} value={count(stats.events)} />
      <Tile name={words.findings} value={count(stats.findings)} />
      <Tile name={words.time} title={words.timeTitle} value={<CallTimes stats={stats} />} wide />
      <Tile name={words.memory} value={shortBytes(stats.memory_bytes, locale)} />
      <Tile name={words.faults} value={count(faults)} warn={faults > 0} />
      <Tile name={words.skipped} title={words.skippedTitle} value={count(skipped)} warn={skipped > 0} />
    </dl>
  );
}

export function CallTimes({ stats }: { stats: DetectorStatsInfo }) {
  const { locale } = useLanguage();
  if (stats.calls === 0) return '–';
  return `${shortTime(stats.p50_ns, locale)} / ${shortTime(stats.p99_ns, locale)}`;
}

interface TileProps {
  name: string;
  value: ReactNode;
  title?: string;
  /** True for a number that somebody should look at. */
  warn?: boolean;
  wide?: boolean;
}

/** A number under its name. */
export function Tile({ name, value, title, warn, wide }: TileProps) {
  return (
    <div className={css.tile} data-warn={warn || undefined} data-wide={wide || undefined} title={title}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
