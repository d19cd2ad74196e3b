import { KINDS, Kind, type OpensWanted, type ProbePlan } from '@picket/sdk';

const SYSCALLS = 512;
const KIND_ROOM = 128;
const WANTED: Readonly<Record<OpensWanted, number>> = { none: 0, listed: 1, all: 2 };
/** A second's worth of a budget may be saved up. */
const BURST_NS = 1_000_000_000;

/** What the settings hold besides the plan. */
export interface SettingsContext {
  readonly traceHost: boolean;
  /** System calls that have a handler. */
  readonly handled: Iterable<number>;
  /** Table of pairs that is being filled, when the plan asks for pairs. */
  readonly bigramTable: number;
  /** Ticks of the kernel's clock a second (CONFIG_HZ). */
  readonly jiffiesPerSecond: number;
}

const KIND_IDS = new Map(KINDS.map((kind) => [kind.name, kind.id]));

export const kindId = (name: string): number => KIND_IDS.get(name) ?? 0;

/** Numbers of the kinds that the plan asks for, and those without which no event has an owner. */
export function wantedKinds(plan: ProbePlan): Set<number> {
  return new Set([...plan.kinds.map(kindId), Kind.CgroupCreated, Kind.CgroupRemoved]);
}

/** The bytes of `struct settings` of bpf/include/maps.h. */
export function settingsBytes(plan: ProbePlan, context: SettingsContext): Uint8Array {
  const words = new Uint32Array(10);
  const { read, write, failed } = plan.opens;
  words[0] = context.traceHost ? 1 : 0;
  words[1] = plan.histogram ? 1 : 0;
  words[2] = plan.bigrams ? context.bigramTable + 1 : 0;
  words[3] = Math.ceil((plan.suppressMs * context.jiffiesPerSecond) / 1000);
  words.set([WANTED[read], WANTED[write], WANTED[failed]], 4);
  words[7] = plan.paths.length;
  words[8] = plan.paths.filter((rule) => rule.ignore).length;
  words[9] = plan.ignoredPeers.length;
  const handled = new Uint8Array(SYSCALLS);
  for (const nr of context.handled) handled[nr] = 1;
  return join([words, handled, flags(wantedKinds(plan)), flags(plan.mustSee.map(kindId)), ...budgetWords(plan)]);
}

function budgetWords(plan: ProbePlan): [Uint32Array, Uint32Array] {
  const cost = new Uint32Array(KIND_ROOM);
  const burst = new Uint32Array(KIND_ROOM);
  for (const [name, perSecond] of Object.entries(plan.budgets)) {
    if (!perSecond) continue;
    cost[kindId(name)] = Math.ceil(1e9 / perSecond);
    burst[kindId(name)] = BURST_NS;
  }
  return [cost, burst];
}

function flags(kinds: Iterable<number>): Uint8Array {
  const out = new Uint8Array(KIND_ROOM);
  for (const kind of kinds) out[kind] = 1;
  return out;
}

function join(parts: readonly (Uint8Array | Uint32Array)[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength))));
}
