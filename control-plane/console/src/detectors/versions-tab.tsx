import type { DetectorInfo } from '@picket/sdk/client';
import { useLanguage } from '../i18n/language.tsx';
import type { Act } from './acts.ts';
import { PagedFoot } from './paged-foot.tsx';
import type { DetectorRights } from './rights.ts';
import { stagedVersions } from './stages.ts';
import { useDetectorStats, useVersions } from './use-detectors.ts';
import css from './version-card.module.css';
import { VersionCard } from './version-card.tsx';

interface VersionsTabProps {
  detector: DetectorInfo;
  rights: DetectorRights;
  onAct: (act: Act) => void;
}

/** The versions, the newest first. */
export function VersionsTab({ detector, rights, onAct }: VersionsTabProps) {
  const { text } = useLanguage();
  const list = useVersions(detector.name);
  const stats = useDetectorStats(detector.name, stagedVersions(detector).length > 0).data;
  return (
    <>
      <ul className={css.cards}>
        {list.items.map((version) => (
          <VersionCard
            key={version.id}
            version={version}
            // What was asked for while it ran may still be there.
            stats={stats?.items.find((one) => version.stage !== 'none' && one.version === version.id)}
            replica={stats?.replica ?? ''}
            rights={rights}
            onAct={onAct}
          />
        ))}
      </ul>
      <PagedFoot list={list} failed={text.detectors.failed} more={text.detectors.version.more} />
    </>
  );
}
