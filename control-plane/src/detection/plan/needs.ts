import { KINDS, type OpensWanted, type PathRule, type ProbePlan } from '@picket/sdk';

/** What one part of detection needs from the agents. Several say so; `unionNeeds` joins them. */
export interface PlanNeeds {
  /** Names of event kinds. */
  readonly kinds: readonly string[];
  /** x86-64 numbers of the calls that `syscall.notable` is needed for; null for all. */
  readonly calls: readonly number[] | null;
  readonly opens: ProbePlan['opens'];
  /** For the classes of opens that are `listed`, and for what must be seen. */
  readonly paths: readonly PathRule[];
  /** Names of kinds that no budget may hold back. */
  readonly mustSee: readonly string[];
  readonly histogram: boolean;
  readonly bigrams: boolean;
  /** Somebody counts equal opens or connects: they must be told one by one. */
  readonly repeats: boolean;
}

/** Nobody's needs: the neutral element of `unionNeeds`. */
export const NO_NEEDS: PlanNeeds = {
  kinds: [],
  calls: [],
  opens: { read: 'none', write: 'none', failed: 'none' },
  paths: [],
  mustSee: [],
  histogram: false,
  bigrams: false,
  repeats: false,
};

/** What the process tree, the table of containers and the books of losses always need. */
export const BASE_NEEDS: PlanNeeds = {
  ...NO_NEEDS,
  kinds: [
    ...['process.exec', 'process.fork', 'process.exit', 'process.moved', 'sensor.loss'],
    ...KINDS.map((kind) => kind.name).filter((name) => /^(container|cgroup)\./.test(name)),
  ],
  mustSee: ['process.exec', 'process.moved', 'cgroup.created', 'cgroup.removed'],
};

/** Everything that some of them need. */
export function unionNeeds(all: readonly PlanNeeds[]): PlanNeeds {
  const each = <T>(get: (needs: PlanNeeds) => readonly T[]): T[] => [...new Set(all.flatMap(get))];
  const most = (name: keyof PlanNeeds['opens']) => mostOf(all.map(({ opens }) => opens[name]));
  return {
    kinds: each((needs) => needs.kinds),
    calls: all.some(({ calls }) => calls === null) ? null : each((needs) => needs.calls ?? []),
    opens: { read: most('read'), write: most('write'), failed: most('failed') },
    paths: all.flatMap(({ paths }) => paths),
    mustSee: each((needs) => needs.mustSee),
    histogram: all.some(({ histogram }) => histogram),
    bigrams: all.some(({ bigrams }) => bigrams),
    repeats: all.some(({ repeats }) => repeats),
  };
}

function mostOf(wanted: readonly OpensWanted[]): OpensWanted {
  if (wanted.includes('all')) return 'all';
  return wanted.includes('listed') ? 'listed' : 'none';
}
