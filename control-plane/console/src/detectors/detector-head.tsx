import { Button } from '@mantine/core';
import type { DetectorInfo } from '@picket/sdk/client';
import type { RefObject } from 'react';
import { Link } from 'react-router';
import { useWhoami } from '../api/queries.ts';
import { Facts } from '../detail/facts.tsx';
import { useLanguage } from '../i18n/language.tsx';
import { BackIcon, PauseIcon, PlayIcon } from '../shell/icons.tsx';
import marks from '../shell/marks.module.css';
import { TimeText } from '../text/time-text.tsx';
import { UntrustedText } from '../text/untrusted-text.tsx';
import { visibleText } from '../text/visible-text.ts';
import type { Act } from './acts.ts';
import css from './detector-head.module.css';
import type { DetectorRights } from './rights.ts';
import { stagedVersions } from './stages.ts';
import { useDetectorStats } from './use-detectors.ts';

interface DetectorHeadProps {
  detector: DetectorInfo;
  rights: DetectorRights;
  onAct: (act: Act) => void;
  heading: RefObject<HTMLHeadingElement | null>;
}

/** Name, whose it is, what it may do, and what can be done with all of it. */
export function DetectorHead({ detector, rights, onAct, heading }: DetectorHeadProps) {
  const { text } = useLanguage();
  const words = text.detectors;
  return (
    <header className={css.head}>
      <Link to="/detectors" className={css.back}>
        <BackIcon size={14} />
        {words.back}
      </Link>
      <div className={css.line}>
        <h1 ref={heading} tabIndex={-1}>
          {detector.name}
        </h1>
        {detector.paused && (
          <span className={marks.trouble} title={words.pausedText}>
            {words.paused}
          </span>
        )}
        <HeadButtons detector={detector} rights={rights} onAct={onAct} />
      </div>
      <p className={css.summary}>
        <UntrustedText text={detector.summary} />
      </p>
      <HeadFacts detector={detector} />
    </header>
  );
}

function HeadFacts({ detector }: { detector: DetectorInfo }) {
  const { text } = useLanguage();
  const words = text.detectors;
  const user = useWhoami().data;
  return (
    <div className={css.facts}>
      <Facts
        facts={[
          [
            words.owner,
            user?.token_id === detector.owner ? words.you : <UntrustedText key="o" text={detector.owner} />,
          ],
          [words.namespaces, detector.namespaces?.map(visibleText).join(', ') ?? words.allNamespaces],
          [words.granted, detector.grants.capabilities.join(', ')],
          [words.changed, <TimeText key="c" iso={detector.changed} form="full" />],
        ]}
      />
    </div>
  );
}

function HeadButtons({ detector, rights, onAct }: Omit<DetectorHeadProps, 'heading'>) {
  const { text } = useLanguage();
  const label = text.detectors.act;
  const stats = useDetectorStats(detector.name, stagedVersions(detector).length > 0).data;
  const quarantined = stats?.items.some(({ state }) => state === 'quarantined') ?? false;
  if (!rights.shadow) return null;
  return (
    <div className={css.buttons}>
      {(detector.paused || quarantined) && (
        <Button
          variant="default"
          size="xs"
          leftSection={<PlayIcon size={13} />}
          onClick={() => onAct({ kind: 'resume' })}
        >
          {label.resume}
        </Button>
      )}
      {!detector.paused && (
        <Button
          variant="default"
          size="xs"
          leftSection={<PauseIcon size={13} />}
          onClick={() => onAct({ kind: 'pause' })}
        >
          {label.pause}
        </Button>
      )}
      {rights.activate && (
        <Button variant="default" size="xs" onClick={() => onAct({ kind: 'rollback' })}>
          {label.rollback}
        </Button>
      )}
      {rights.remove && (
        <Button variant="default" size="xs" className={css.final ?? ''} onClick={() => onAct({ kind: 'delete' })}>
          {label.delete}
        </Button>
      )}
    </div>
  );
}
