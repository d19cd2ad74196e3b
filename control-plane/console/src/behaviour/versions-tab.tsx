import { Button } from '@mantine/core';
import type { ModelInfo, ModelVersionInfo } from '@picket/sdk/client';
import { useState } from 'react';
import { Facts } from '../detail/facts.tsx';
import { shortBytes } from '../detectors/amounts.ts';
import { PagedFoot } from '../detectors/paged-foot.tsx';
import card from '../detectors/version-card.module.css';
import { useLanguage } from '../i18n/language.tsx';
import { TimeText } from '../text/time-text.tsx';
import { UntrustedText } from '../text/untrusted-text.tsx';
import type { Act } from './acts.ts';
import css from './behaviour.module.css';
import { Comparison } from './comparison.tsx';
import { rateText } from './numbers.ts';
import type { BehaviourRights } from './rights.ts';
import { useModelVersions } from './use-behaviour.ts';

interface VersionsTabProps {
  workload: ModelInfo;
  rights: BehaviourRights;
  onAct: (act: Act) => void;
}

/** The versions, the newest first. */
export function VersionsTab({ workload, rights, onAct }: VersionsTabProps) {
  const { text } = useLanguage();
  const list = useModelVersions(workload.id);
  const active = workload.version?.id;
  return (
    <>
      <ul className={card.cards}>
        {list.items.map((version) => (
          <VersionCard
            key={version.id}
            version={version}
            other={active === version.id ? undefined : active}
            rights={rights}
            onAct={onAct}
          />
        ))}
      </ul>
      <PagedFoot list={list} failed={text.behaviour.failed} more={text.behaviour.versions.more} />
    </>
  );
}

interface VersionCardProps {
  version: ModelVersionInfo;
  /** The one that scores, when it is not this one. */
  other: string | undefined;
  rights: BehaviourRights;
  onAct: (act: Act) => void;
}

function VersionCard({ version, other, rights, onAct }: VersionCardProps) {
  const { text } = useLanguage();
  const words = text.behaviour.versions;
  const [compared, setCompared] = useState(false);
  return (
    <li className={card.card} data-version={version.id}>
      <div className={card.head}>
        <h2>
          <code>{version.id.slice(0, 8)}</code>
        </h2>
        {(['active', 'previous', 'anchor'] as const)
          .filter((mark) => version[mark])
          .map((mark) => (
            <span key={mark} className={css.tag} title={words.markTitles[mark]}>
              {words.marks[mark]}
            </span>
          ))}
        <span className="dim">{words.origins[version.origin]}</span>
        <TimeText iso={version.created} form="relative" className="dim" />
        <div className={css.buttons}>
          {other !== undefined && (
            <Button variant="default" size="xs" aria-expanded={compared} onClick={() => setCompared(!compared)}>
              {words.compare}
            </Button>
          )}
          {rights.change && other !== undefined && (
            <Button variant="default" size="xs" onClick={() => onAct({ kind: 'promote', version: version.id })}>
              {text.behaviour.act.promote}
            </Button>
          )}
        </div>
      </div>
      {version.anchor_drift !== null && (
        <p className={css.fault} role="note">
          <strong>{words.drifts}</strong> <UntrustedText text={version.anchor_drift} />
        </p>
      )}
      <VersionFacts version={version} />
      {compared && other !== undefined && <Comparison id={version.model} a={other} b={version.id} />}
    </li>
  );
}

function VersionFacts({ version }: { version: ModelVersionInfo }) {
  const { text, locale } = useLanguage();
  const words = text.behaviour;
  const { threshold, held_out: held, bytes } = version;
  const score = (value: number) => value.toLocaleString(locale, { maximumFractionDigits: 1 });
  return (
    <Facts
      facts={[
        [words.windows, version.windows.toLocaleString(locale)],
        [words.runs, version.runs.toLocaleString(locale)],
        [words.versions.tokens, version.tokens.toLocaleString(locale)],
        [
          words.heldOut,
          held
            ? words.versions.interval(
                rateText(held.perDay, locale),
                rateText(held.low, locale),
                rateText(held.high, locale),
              )
            : words.none,
        ],
        [
          words.versions.thresholds,
          words.versions.limits(score(threshold.drift), score(threshold.weak), score(threshold.strong)),
        ],
        [words.versions.bytes, `${shortBytes(bytes.model, locale)} + ${shortBytes(bytes.profile, locale)}`],
      ]}
    />
  );
}
