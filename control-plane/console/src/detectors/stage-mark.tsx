import type { VersionStage } from '@picket/sdk/client';
import { useLanguage } from '../i18n/language.tsx';
import css from '../shell/marks.module.css';

/** Stage of a version: filled, half and hollow tell it where colour does not. */
export function StageMark({ stage }: { stage: VersionStage }) {
  const { text } = useLanguage();
  return (
    <span className={css.stage} data-stage={stage} title={text.detectors.stageTitles[stage]}>
      <span className={css.dot} />
      {text.detectors.stages[stage]}
    </span>
  );
}
