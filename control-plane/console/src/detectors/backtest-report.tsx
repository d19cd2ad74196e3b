import { Loader } from '@mantine/core';
import type { BacktestResult } from '@picket/sdk/client';
import { Facts } from '../detail/facts.tsx';
import { useLanguage } from '../i18n/language.tsx';
import { UntrustedText } from '../text/untrusted-text.tsx';
import { shortCount, shortTime } from './amounts.ts';
import { Failed } from './paged-foot.tsx';
import { useBacktest } from './use-detectors.ts';

/** What a backtest came to. */
export function BacktestReport({ id }: { id: string }) {
  const { text } = useLanguage();
  const words = text.detectors.backtests;
  const { data, error, refetch } = useBacktest(id);
  if (error) return <Failed text={words.failed} reload={() => void refetch()} />;
  if (!data) return <Loader size="sm" aria-label={text.common.loading} />;
  return data.result ? <Result result={data.result} /> : <p className="dim">{words.pending}</p>;
}

function Result({ result }: { result: BacktestResult }) {
  const { text, locale } = useLanguage();
  const words = text.detectors.backtests;
  const { alerts, difference, cost, coverage } = result;
  const count = (n: number) => shortCount(n, locale);
  return (
    <Facts
      facts={[
        [words.events, count(result.events.records)],
        [words.alerts, words.alertsOf(count(alerts.total), count(alerts.matches))],
        [
          words.against,
          difference.against === null
            ? words.nothing
            : words.difference(count(difference.added), count(difference.gone), count(difference.same)),
        ],
        [words.time, `${shortTime(cost.ms * 1e6, locale)}, ${words.rate(count(cost.events_per_second))}`],
        [words.faults, <Lines key="f" lines={cost.faults.map(({ code, count: n }) => `${n} ${code}`)} />],
        coverage.notes.length === 0 ? undefined : [words.notes, <Lines key="n" lines={coverage.notes} />],
      ]}
    />
  );
}

function Lines({ lines }: { lines: readonly string[] }) {
  const { text } = useLanguage();
  if (lines.length === 0) return text.detectors.stats.none;
  return lines.map((line) => (
    <div key={line}>
      <UntrustedText text={line} />
    </div>
  ));
}
