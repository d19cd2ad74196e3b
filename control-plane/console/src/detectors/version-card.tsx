import { Button } from '@mantine/core';
import type { DetectorStatsInfo, DetectorVersionInfo } from '@picket/sdk/client';
import { useLanguage } from '../i18n/language.tsx';
import { TimeText } from '../text/time-text.tsx';
import { UntrustedText } from '../text/untrusted-text.tsx';
import { visibleText } from '../text/visible-text.ts';
import type { Act } from './acts.ts';
import { canaryText } from './canary-form.ts';
import { type DetectorRights, type VersionAct, versionActs } from './rights.ts';
import { StageMark } from './stage-mark.tsx';
import css from './version-card.module.css';
import { VersionFacts } from './version-facts.tsx';
import { VersionStats } from './version-stats.tsx';

interface VersionCardProps {
  version: DetectorVersionInfo;
  /** How it fares; nothing while it does not run. */
  stats: DetectorStatsInfo | undefined;
  replica: string;
  rights: DetectorRights;
  onAct: (act: Act) => void;
}

/** One version: stage, what stands against it, numbers, and what can be done with it. */
export function VersionCard({ version, stats, replica, rights, onAct }: VersionCardProps) {
  const { text, locale } = useLanguage();
  return (
    <li className={css.card} data-version={version.version}>
      <div className={css.head}>
        <h2>{visibleText(version.version)}</h2>
        <StageMark stage={version.stage} />
        <code className={css.id}>{version.id.slice(0, 12)}</code>
        <TimeText iso={version.created} form="relative" className="dim" />
        <VersionButtons version={version} rights={rights} onAct={onAct} />
      </div>
      {version.canary && (
        <p className={css.where}>
          {text.detectors.version.where} {visibleText(canaryText(version.canary, text, locale))}
        </p>
      )}
      <Troubles version={version} stats={stats} />
      {stats && <VersionStats stats={stats} replica={replica} />}
      <details className={css.about}>
        <summary>{text.detectors.version.about}</summary>
        <VersionFacts version={version} />
      </details>
    </li>
  );
}

/** Why it does not run, or not as it should. */
function Troubles({ version, stats }: Pick<VersionCardProps, 'version' | 'stats'>) {
  const { text } = useLanguage();
  const words = text.detectors;
  if (version.blocked !== null)
    return (
      <p className={css.trouble} role="note">
        <strong>{words.blocked}</strong> <UntrustedText text={version.blocked} />
      </p>
    );
  if (!stats) return null;
  const halted = stats.state === 'quarantined' || stats.state === 'refused';
  if (!halted && stats.reason === null) return null;
  return (
    <p className={css.trouble} role="note">
      <strong>{halted ? words.states[stats.state] : words.lastFault}</strong>
      {stats.quarantined_until !== null && (
        <>
          {' '}
          {words.until} <TimeText iso={stats.quarantined_until} form="clock" />
        </>
      )}
      {stats.reason !== null && (
        <>
          {halted && ' ·'} <UntrustedText text={stats.reason} />
        </>
      )}
    </p>
  );
}

function VersionButtons({ version, rights, onAct }: Pick<VersionCardProps, 'version' | 'rights' | 'onAct'>) {
  const { text } = useLanguage();
  const label = text.detectors.act;
  const words: Readonly<Record<VersionAct, string>> = {
    active: label.active,
    canary: version.stage === 'canary' ? label.canaryChange : label.canary,
    shadow: label.shadow,
    deleteVersion: label.delete,
  };
  const acts = versionActs(rights, version.stage);
  if (acts.length === 0) return null;
  return (
    <div className={css.buttons}>
      {acts.map((kind) => (
        <Button
          key={kind}
          variant="default"
          size="xs"
          className={(kind === 'deleteVersion' && css.final) || ''}
          aria-label={label.of(words[kind], version.version)}
          onClick={() => onAct({ kind, version })}
        >
          {words[kind]}
        </Button>
      ))}
    </div>
  );
}
