import { KINDS, Kind, type PathRule, PRIORITIES, type ProbePlan } from '@picket/sdk';
import type { LiveDetector } from '../detectors/live-detector.ts';
import { MERGED_KINDS, RARE_KINDS } from './kind-groups.ts';
import { NO_NEEDS, type PlanNeeds, unionNeeds } from './needs.ts';
import { OPEN_CLASSES } from './open-class.ts';
import { prefixScope, unionScopes } from './path-scope.ts';

export type DetectorWants = Pick<LiveDetector, 'kinds' | 'paused' | 'severity' | 'opens' | 'repeats'>;

/** What the detectors that run want to see. Nobody can tell from its code what a detector does not look at. */
export const needsOfDetectors = (detectors: readonly DetectorWants[]): PlanNeeds =>
  unionNeeds([NO_NEEDS, ...detectors.filter(({ paused }) => !paused).map(needsOf)]);

function needsOf({ kinds, severity, opens, repeats = true }: DetectorWants): PlanNeeds {
  const names = KINDS.filter(({ id }) => kinds.includes(id)).map(({ name }) => name);
  const isSevere = PRIORITIES.indexOf(severity) <= PRIORITIES.indexOf('Warning');
  return {
    ...NO_NEEDS,
    kinds: names,
    calls: kinds.includes(Kind.SyscallNotable) ? null : [],
    histogram: kinds.includes(Kind.WindowSyscalls),
    repeats: repeats && kinds.some((kind) => MERGED_KINDS.includes(kind)),
    mustSee: isSevere ? names.filter((name) => RARE_KINDS.has(name)) : [],
    ...(kinds.includes(Kind.FileOpen) && opensOf(opens, isSevere)),
  };
}

/** Opens of all paths, or of those with the beginnings that the manifest names. */
function opensOf(prefixes: readonly string[] | undefined, isSevere: boolean): Pick<PlanNeeds, 'opens' | 'paths'> {
  const scope = prefixes ? unionScopes(prefixes.map((prefix) => prefixScope(prefix, true))) : 'everything';
  if (scope === 'everything') return { opens: every('all'), paths: [] };
  if (scope === 'nothing') return { opens: every('none'), paths: [] };
  const paths = scope.map(
    ({ prefix = '', named }): PathRule => ({
      prefix,
      for: [...OPEN_CLASSES],
      mustSee: named && isSevere,
      ignore: false,
    }),
  );
  return { opens: every('listed'), paths };
}

const every = (wanted: ProbePlan['opens']['read']): ProbePlan['opens'] => ({
  read: wanted,
  write: wanted,
  failed: wanted,
});
