import type { BehaviourStage } from '@picket/sdk/client';
import { useLanguage } from '../i18n/language.tsx';
import css from '../shell/marks.module.css';

/** How far a workload is: hollow, half and filled tell it where colour does not. */
export function StageMark({ stage }: { stage: BehaviourStage }) {
  const { text } = useLanguage();
  return (
    <span className={css.stage} data-stage={stage} title={text.behaviour.stageTitles[stage]}>
      <span className={css.dot} />
      {text.behaviour.stages[stage]}
    </span>
  );
}
