import layout from '../detectors/layout.module.css';
import { Failed } from '../detectors/paged-foot.tsx';
import { useLanguage } from '../i18n/language.tsx';
import css from './behaviour.module.css';
import { ScoreChart } from './score-chart.tsx';
import { useScores } from './use-behaviour.ts';

/** How strange the newest windows of each container were. */
export function ScoresTab({ id }: { id: string }) {
  const { text } = useLanguage();
  const words = text.behaviour.scores;
  const query = useScores(id);
  if (query.error) return <Failed text={text.behaviour.failed} reload={() => void query.refetch()} />;
  if (!query.data) return <p className={layout.foot}>{text.common.loading}</p>;
  const { containers, replica } = query.data;
  const shown = containers.filter(({ scores }) => scores.length > 0);
  if (shown.length === 0) return <p className={layout.foot}>{words.empty}</p>;
  return (
    <>
      <p className={layout.hint}>{words.hint(replica)}</p>
      <p className={css.legend}>
        <span>
          <i />
          {words.score}
        </span>
        <span>
          <i data-of="limit" />
          {words.threshold}
        </span>
        <span>
          <i data-of="drift" />
          {words.drift}
        </span>
      </p>
      <div className={css.charts}>
        {shown.map((container) => (
          <ScoreChart key={container.id} container={container} />
        ))}
      </div>
    </>
  );
}
