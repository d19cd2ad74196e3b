import type { ModelScores, WindowScore } from '@picket/sdk/client';
import { useLanguage } from '../i18n/language.tsx';
import { clockTime } from '../text/times.ts';
import { UntrustedText } from '../text/untrusted-text.tsx';
import css from './behaviour.module.css';
import { chartOf, HEIGHT, LEFT, WIDTH } from './chart-points.ts';

type Container = ModelScores['containers'][number];

/** Scores of the windows of 10 s of one container, with what they are compared with. */
export function ScoreChart({ container }: { container: Container }) {
  const { text, locale } = useLanguage();
  const words = text.behaviour.scores;
  const { id, name, node, scores } = container;
  const ten = scores.filter(({ seconds }) => seconds === 10);
  const chart = chartOf(ten);
  const newest = ten.at(-1);
  return (
    <section className={css.chart} data-container={name ?? id}>
      <div className={css.line}>
        <h2>
          <UntrustedText text={name ?? id.slice(0, 12)} />
        </h2>
        <span className="dim">{words.on(node)}</span>
        {newest && (
          <span className={css.when}>
            {words.newest(newest.value.toLocaleString(locale, { maximumFractionDigits: 1 }))}
          </span>
        )}
      </div>
      {chart && (
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={words.chart(name ?? id.slice(0, 12))}>
          {chart.ticks.map(({ y, value }) => (
            <g key={value}>
              <line className={css.grid} x1={LEFT} x2={WIDTH} y1={y} y2={y} />
              <text className={css.axis} x={LEFT - 6} y={y + 4} textAnchor="end">
                {value}
              </text>
            </g>
          ))}
          <path className={css.limit} d={chart.threshold} />
          <path className={css.curve} d={chart.curve} />
          {chart.dots.map(({ x, y, score, isDrift }) => (
            <circle key={`${score.at} ${isDrift}`} className={isDrift ? css.drift : css.hot} cx={x} cy={y} r={3.5}>
              <title>{titleOf(score, isDrift, locale, words)}</title>
            </circle>
          ))}
          <text className={css.axis} x={LEFT} y={HEIGHT - 3}>
            {clock(ten[0], locale)}
          </text>
          <text className={css.axis} x={WIDTH} y={HEIGHT - 3} textAnchor="end">
            {clock(newest, locale)}
          </text>
        </svg>
      )}
    </section>
  );
}

const clock = (score: WindowScore | undefined, locale: string): string =>
  score ? clockTime(Date.parse(score.at), Date.now(), locale) : '';

function titleOf(
  { at, value, drift, threshold }: WindowScore,
  isDrift: boolean,
  locale: string,
  words: {
    readonly point: (time: string, value: string, limit: string) => string;
    readonly new: (v: string) => string;
  },
): string {
  const time = clockTime(Date.parse(at), Date.now(), locale);
  return isDrift
    ? `${time}: ${words.new(drift.toFixed(1))}`
    : words.point(time, value.toFixed(1), threshold.toFixed(1));
}
