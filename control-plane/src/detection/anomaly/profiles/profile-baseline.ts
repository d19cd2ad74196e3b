import { createHash } from 'node:crypto';
import type { Container } from '../../../types.ts';
import type { Rule } from '../../rules/load/rule.ts';
import type { Baseline, BaselineAnswer } from '../../rules/stateful/baseline.ts';
import type { Profile } from './profile.ts';
import { BASELINE_CLASS } from './token-classes.ts';

/** Where rules with a baseline are asked: one partition, while it applies a batch. */
export interface BaselineSource {
  /** The profile of a container, and whether it is still being learned; undefined when there is none. */
  workloadOf(container: Container): { readonly profile: Profile; readonly isLearning: boolean } | undefined;
  /** Puts a token into the current window of a container, from where it is learned. */
  observe(container: Container, token: string): void;
}

/** Between rule and values; a letter that can be shown, so that people can say something about a value. */
const SEPARATOR = '␟';
/** What must not stand in a token, and what would make two values look like others. */
const UNFIT = /[\p{Cc}␟]/gu;
/** As long as a token may be. */
const MOST_BYTES = 256;
/** Characters that a cut token keeps. */
const KEPT = 48;

/**
 * Answers rules with a baseline from the profiles of workloads, and has their values learned. A rule that a profile has never
 * heard of (it was loaded after the learning) is told that it is too early: `markers` make profiles hear of rules.
 */
export class ProfileBaseline implements Baseline {
  /** Answers since the start. */
  readonly answers: Record<BaselineAnswer, number> = { known: 0, new: 0, learning: 0 };
  #source: BaselineSource | undefined;

  /** From here on the questions are those of a partition; call it before the records of each batch. */
  begin(source: BaselineSource | undefined): void {
    this.#source = source;
  }

  /** @returns `learning` for processes outside of containers: nothing is learned of them */
  knows(rule: Rule, container: Container | undefined, values: readonly string[]): BaselineAnswer {
    const answer = this.#answer(rule, container, values);
    this.answers[answer]++;
    return answer;
  }

  #answer(rule: Rule, container: Container | undefined, values: readonly string[]): BaselineAnswer {
    if (!container || !this.#source) return 'learning';
    const token = valueToken(rule, values);
    this.#source.observe(container, token);
    const workload = this.#source.workloadOf(container);
    if (workload?.profile.knows(token)) return 'known';
    if (!workload || workload.isLearning || !hasLearned(workload.profile, markerOf(rule))) return 'learning';
    return 'new';
  }
}

const LONG_ENOUGH_MS = 3_600_000;

/** Whether the rule was there for an hour of the learning, or the most of it. */
function hasLearned(profile: Profile, marker: string): boolean {
  const since = profile.stat(marker)?.firstSeen;
  if (since === undefined) return false;
  const { from, to } = profile.learned;
  return to - since >= Math.min(LONG_ENOUGH_MS, (to - from) / 2);
}

/**
 * The token by which a profile knows that a rule was asked while it was learned. One belongs into some window of every
 * container, for each rule with a baseline.
 */
export const markerOf = (rule: Rule): string =>
  cut(`${BASELINE_CLASS}:${rule.name}(${(rule.extensions?.groupBy ?? []).map(joinText).join(',')})`);

/** The token of what a rule looks up. */
export const valueToken = (rule: Rule, values: readonly string[]): string =>
  cut([markerOf(rule), ...values.map(written)].join(SEPARATOR));

const written = (value: string): string =>
  value.replace(UNFIT, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

type Joined = NonNullable<NonNullable<Rule['extensions']>['groupBy']>[number];

const joinText = (part: Joined): string =>
  typeof part === 'string' ? part : part.name + (part.argument === undefined ? '' : `[${part.argument}]`);

/** A long one keeps its beginning and is told apart by a hash. */
function cut(token: string): string {
  if (Buffer.byteLength(token) <= MOST_BYTES) return token;
  const hash = createHash('sha256').update(token).digest('hex').slice(0, 32);
  return `${token.slice(0, KEPT)}…${hash}`;
}
