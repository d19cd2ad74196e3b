import { Profile } from '../profiles/profile.ts';
import type { Material } from './material.ts';
import { COMES_AGAIN } from './quarantine.ts';
import type { LearnedToken } from './token-table.ts';

/** What the workload does, as learned so far. @param before the profile in use */
export function learnProfile(material: Material, before: Profile | undefined): Profile {
  const { windows, runs, startsSeen, completeRuns, refused } = material.stats();
  const tokens = material.tokens().filter((token) => !before || before.knows(token.token) || cameAgain(token));
  const left = (refused.loss ?? 0) + (refused.partial ?? 0);
  return Profile.of(tokens, {
    ...{ windows, runs, startsSeen, endsSeen: completeRuns, lossy: left > 0 },
    operator: before?.operator,
  });
}

const cameAgain = ({ runs, hours }: LearnedToken): boolean => runs >= COMES_AGAIN || hours >= COMES_AGAIN;
