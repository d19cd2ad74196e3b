import { type EventCursor, FileOpen, Kind, NetUnix, ProcessExec, ProcessFork, SyscallNotable } from '@picket/sdk';

/** Settings of the detector, as in its manifest. */
export interface ChainConfig {
  readonly score: number;
  readonly seconds: number;
  readonly host_paths: readonly string[];
  readonly sockets: readonly string[];
}

const SCORES = {
  'setuid program run': 2,
  'user id 0 taken': 2,
  'program with file capabilities run': 2,
  'namespace made': 1,
  'namespace entered': 2,
  'process taken over': 2,
  'file system mounted': 2,
  'kernel module or kernel loaded': 3,
  'kernel program loaded': 2,
  'runtime socket connected to': 3,
  'host file opened': 3,
};
type Step = keyof typeof SCORES;

const GAINS: readonly Step[] = ['setuid program run', 'user id 0 taken', 'program with file capabilities run'];
const REACHES: readonly Step[] = ['runtime socket connected to', 'host file opened'];
const stageOf = (step: Step) => (GAINS.includes(step) ? 'gain' : REACHES.includes(step) ? 'reach' : 'act');

/** Calls that are a step whenever they succeed, by number. */
const ACTS: Readonly<Record<number, Step>> = {
  308: 'namespace entered',
  311: 'process taken over',
  165: 'file system mounted',
  429: 'file system mounted',
  155: 'file system mounted',
  321: 'kernel program loaded',
};
const LOADS = [175, 313, 246, 320];
const STRONG = [1n, 2n, 7n, 16n, 17n, 19n, 21n, 39n].reduce((mask, bit) => mask | (1n << bit), 0n);
const RUNTIME = /^(runc:\[.*|youki.*|runc|crun|exe|conmon)$/;

interface Line {
  first: bigint;
  root: number;
  steps: Step[];
  told: boolean;
}

/** What the detector must find, in the plainest words and without bounds: the tests hold the module against it. */
export class ChainReference {
  readonly #config: ChainConfig;
  readonly #lines = new Map<string, Line>();

  constructor(config: ChainConfig) {
    this.#config = config;
  }

  /** @param time of the event in ns since 1970; @param node names the node of the event */
  add(event: EventCursor, node: string, time: bigint): string[] {
    if (event.slot === 0) return [];
    const key = `${node} ${event.tgid} ${event.start}`;
    const known = this.#lines.get(key);
    const line = known && time - known.first <= BigInt(this.#config.seconds) * 1_000_000_000n ? known : undefined;
    switch (event.kind) {
      case Kind.ProcessFork:
        this.#inherit(event, node, key);
        return [];
      case Kind.ProcessExit:
        // What a process did may be handed in behind its end.
        return [];
      case Kind.ProcessExec:
        return this.#take(key, line, time, event.tgid, execStep(event), event.string(ProcessExec.path));
      case Kind.SyscallNotable: {
        if (!line && RUNTIME.test(event.string(SyscallNotable.comm))) return [];
        const what = event.string(SyscallNotable.target) || event.string(SyscallNotable.path);
        return this.#take(key, line, time, event.tgid, callStep(event), what);
      }
      default:
        return line ? this.#take(key, line, time, event.tgid, this.#reach(event), pathOf(event)) : [];
    }
  }

  #inherit(event: EventCursor, node: string, key: string): void {
    const parent = this.#lines.get(`${node} ${event.u32(32)} ${event.u64(ProcessFork.parentStart)}`);
    if (parent) this.#lines.set(key, { ...parent, steps: [...parent.steps] });
  }

  #reach(event: EventCursor): Step | undefined {
    const path = pathOf(event);
    if (event.result < 0) return undefined;
    if (event.kind === Kind.NetUnix) {
      const isPath = event.u32(NetUnix.abstract) === 0;
      return isPath && this.#config.sockets.some((end) => path.endsWith(end))
        ? 'runtime socket connected to'
        : undefined;
    }
    const toHost = this.#config.host_paths.some((begin) => path.startsWith(begin)) || path.endsWith('/release_agent');
    return toHost ? 'host file opened' : undefined;
  }

  #take(key: string, line: Line | undefined, time: bigint, root: number, step: Step | undefined, what: string) {
    if (!step) return [];
    const own = line ?? { first: time, root, steps: [], told: false };
    this.#lines.set(key, own);
    if (own.steps.includes(step)) return [];
    own.steps.push(step);
    const stages = new Set(own.steps.map(stageOf));
    if (own.told || scoreOf(own.steps) < this.#config.score || stages.size < 2) return [];
    own.told = true;
    return [`${own.steps.join(', ')}; begun by process ${own.root}, the last by ${what}`];
  }
}

const pathOf = (event: EventCursor) =>
  event.kind === Kind.NetUnix
    ? event.string(NetUnix.path)
    : event.kind === Kind.FileOpen
      ? event.string(FileOpen.path)
      : '';

function scoreOf(steps: readonly Step[]): number {
  const namespace = steps.indexOf('namespace made');
  const mount = steps.indexOf('file system mounted');
  const own = namespace >= 0 && mount > namespace ? 1 : 0;
  return steps.reduce((sum, step) => sum + SCORES[step], -own);
}

function execStep(event: EventCursor): Step | undefined {
  const isRoot = event.u32(ProcessExec.euid) === 0;
  if (isRoot) return event.u32(36) !== 0 ? 'setuid program run' : undefined;
  return (event.big(ProcessExec.capEffective) & STRONG) !== 0n ? 'program with file capabilities run' : undefined;
}

function callStep(event: EventCursor): Step | undefined {
  const call = event.u16(6);
  if (LOADS.includes(call)) return 'kernel module or kernel loaded';
  if (event.result < 0) return undefined;
  const first = event.big(SyscallNotable.arg0);
  if ([105, 113, 117].includes(call)) {
    const old = event.u32(SyscallNotable.oldId);
    const isGain = event.u32(SyscallNotable.newId) === 0 && old !== 0 && old !== 0xffffffff;
    return isGain ? 'user id 0 taken' : undefined;
  }
  if (call === 272) return (first & 0x7e020000n) === 0n ? undefined : 'namespace made';
  if (call === 101) return first === 16n || first === 0x4206n ? 'process taken over' : undefined;
  return ACTS[call];
}
