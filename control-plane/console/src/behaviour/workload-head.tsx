import { Button } from '@mantine/core';
import type { ModelInfo } from '@picket/sdk/client';
import type { RefObject } from 'react';
import { Link } from 'react-router';
import { Facts } from '../detail/facts.tsx';
import head from '../detectors/detector-head.module.css';
import { useLanguage } from '../i18n/language.tsx';
import { BackIcon, PauseIcon, PlayIcon } from '../shell/icons.tsx';
import { TimeText } from '../text/time-text.tsx';
import { UntrustedText } from '../text/untrusted-text.tsx';
import type { Act } from './acts.ts';
import css from './behaviour.module.css';
import { spanText } from './numbers.ts';
import type { BehaviourRights } from './rights.ts';
import { StageMark } from './stage-mark.tsx';
import { Marks, Numbers } from './workload-row.tsx';

interface WorkloadHeadProps {
  workload: ModelInfo;
  rights: BehaviourRights;
  onAct: (act: Act) => void;
  heading: RefObject<HTMLHeadingElement | null>;
}

/** Which workload it is, how far it is, and what can be done with all of it. */
export function WorkloadHead({ workload, rights, onAct, heading }: WorkloadHeadProps) {
  const { text, locale } = useLanguage();
  const words = text.behaviour;
  const { failure, waiting, learned } = workload;
  return (
    <header className={head.head}>
      <Link to="/behaviour" className={head.back}>
        <BackIcon size={14} />
        {words.back}
      </Link>
      <div className={head.line}>
        <h1 ref={heading} tabIndex={-1}>
          <UntrustedText text={workload.key} />
        </h1>
        <StageMark stage={workload.stage} />
        <Marks workload={workload} />
        {rights.change && <HeadButtons workload={workload} onAct={onAct} />}
      </div>
      <p className={head.summary}>{words.stageTitles[workload.stage]}</p>
      {waiting && (
        <p className={css.says} role="note">
          <strong>{words.waits}</strong> <UntrustedText text={waiting.why} />
        </p>
      )}
      {failure && (
        <p className={css.fault} role="note">
          <strong>{words.failedTraining}</strong> <UntrustedText text={failure.message} />
        </p>
      )}
      <div className={head.facts}>
        <Facts
          facts={[
            [words.digest, <code key="d">{workload.digest}</code>],
            [words.learnedFor, spanText(learned.seconds, locale)],
            [words.namespace, workload.namespace ?? words.none],
            [words.changed, <TimeText key="c" iso={workload.changed} form="full" />],
          ]}
        />
      </div>
      <Numbers workload={workload} />
    </header>
  );
}

function HeadButtons({ workload, onAct }: Pick<WorkloadHeadProps, 'workload' | 'onAct'>) {
  const { text } = useLanguage();
  const words = text.behaviour;
  const label = words.act;
  const { stage, version, paused, pinned, previous } = workload;
  const next = stage === 'monitor' ? 'enforce' : stage === 'enforce' ? 'monitor' : version ? 'monitor' : undefined;
  return (
    <div className={css.buttons}>
      {next && (
        <Button variant="default" size="xs" onClick={() => onAct({ kind: 'stage', stage: next })}>
          {label.to(words.stages[next])}
        </Button>
      )}
      <Button
        variant="default"
        size="xs"
        leftSection={paused ? <PlayIcon size={13} /> : <PauseIcon size={13} />}
        onClick={() => onAct({ kind: paused ? 'resume' : 'pause' })}
      >
        {paused ? label.resume : label.pause}
      </Button>
      {pinned && (
        <Button variant="default" size="xs" onClick={() => onAct({ kind: 'unpin' })}>
          {label.unpin}
        </Button>
      )}
      {previous !== null && (
        <Button variant="default" size="xs" onClick={() => onAct({ kind: 'rollback' })}>
          {label.rollback}
        </Button>
      )}
      <Button variant="default" size="xs" className={css.final ?? ''} onClick={() => onAct({ kind: 'reset' })}>
        {label.reset}
      </Button>
    </div>
  );
}
