import { Button, TextInput } from '@mantine/core';
import type { ProfileDecision } from '@picket/sdk/client';
import { type FormEvent, useState } from 'react';
import { useLanguage } from '../i18n/language.tsx';
import { TimeText } from '../text/time-text.tsx';
import { UntrustedText } from '../text/untrusted-text.tsx';
import type { Act } from './acts.ts';
import css from './profile.module.css';
import type { BehaviourRights } from './rights.ts';

interface DecisionsProps {
  decisions: readonly ProfileDecision[];
  rights: BehaviourRights;
  onAct: (act: Act) => void;
}

/** What people said about tokens, and where they say more. */
export function Decisions({ decisions, rights, onAct }: DecisionsProps) {
  const { text } = useLanguage();
  const words = text.behaviour.profile;
  return (
    <section className={css.decisions}>
      <h2>{words.decisions}</h2>
      {decisions.length === 0 && <p className="dim">{words.noDecisions}</p>}
      <ul>
        {decisions.map((decision) => (
          <li key={`${decision.token} ${decision.state}`} className={css.entry} data-decision={decision.token}>
            <span className={css.what} data-what={decision.what}>
              {decision.state === 'proposed' ? words.proposed[decision.what] : words.said[decision.what]}
            </span>
            <code>
              <UntrustedText text={decision.token} />
            </code>
            <span className={css.facts}>
              <UntrustedText text={decision.reason} /> · <UntrustedText text={decision.by} /> ·{' '}
              <TimeText iso={decision.at} form="relative" />
            </span>
            {rights.decide && (
              <Button variant="default" size="compact-xs" onClick={() => onAct(actOf('forget', decision))}>
                {text.behaviour.act.forget}
              </Button>
            )}
            {rights.decide && decision.state === 'proposed' && (
              <Button variant="default" size="compact-xs" onClick={() => onAct(actOf(decision.what, decision))}>
                {text.behaviour.act[decision.what]}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {rights.propose && <AllowForm onAct={onAct} />}
    </section>
  );
}

const actOf = (kind: 'allow' | 'remove' | 'forget', { token, pattern }: ProfileDecision): Act => ({
  ...{ kind, tokens: [token], pattern },
});

/** A letter for the class, a colon, and text. */
const TOKEN = /^[A-Za-z]:\S/;

function AllowForm({ onAct }: Pick<DecisionsProps, 'onAct'>) {
  const { text } = useLanguage();
  const words = text.behaviour.profile;
  const [token, setToken] = useState('');
  const [wrong, setWrong] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const given = token.trim();
    setWrong(!TOKEN.test(given));
    if (TOKEN.test(given)) onAct({ kind: 'allow', tokens: [given], pattern: given.includes('*') });
  };
  return (
    <form className={css.bar} onSubmit={submit} noValidate>
      <TextInput
        className={css.search ?? ''}
        size="xs"
        value={token}
        onChange={(event) => setToken(event.currentTarget.value)}
        placeholder="c:reports.example.org:443"
        aria-label={words.allowLabel}
        error={wrong && words.allowWrong}
        autoCapitalize="off"
        spellCheck={false}
      />
      <Button type="submit" variant="default" size="xs">
        {text.behaviour.act.allow}
      </Button>
    </form>
  );
}
