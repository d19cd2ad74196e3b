import type { NatsConnection } from '@nats-io/transport-node';
import { commandSubject, type Log, messageOf, type ProbePlan } from '@picket/sdk';
import { ControlPlaneError } from '../errors.ts';
import { readAnswer } from './plan-answer.ts';

/** A heartbeat as far as plans go; an agent that knows no plans tells no revision. */
export interface PlanHeartbeat {
  readonly node: string;
  readonly token: string;
  readonly state: string;
  readonly plan?: string | undefined;
}

export type PlanState = 'current' | 'pending' | 'refused';

/** How far one node is with the plan. */
export interface NodePlan {
  readonly state: PlanState;
  /** Revision that the node has in force; undefined when it did not say. */
  readonly current: string | undefined;
  /** Why the last attempt failed. */
  readonly error: ControlPlaneError | undefined;
}

export interface PlanSenderDeps {
  readonly nats: Pick<NatsConnection, 'request'>;
  readonly wanted: () => ProbePlan;
  /** Whether this replica evaluates the events of a node: only one tells it what is wanted. */
  readonly owns: (token: string) => boolean;
  readonly log: Log;
  /** ms on a clock that only goes forward. */
  readonly now?: () => number;
}

interface Entry {
  beat: PlanHeartbeat;
  /** When the heartbeat came. */
  beatAt: number;
  current: string | undefined;
  /** The plan that the node refused or did not answer to. */
  failed: { readonly revision: string; readonly error: ControlPlaneError; readonly times: number } | undefined;
  retryAt: number;
  inFlight: boolean;
}

const TIMEOUT_MS = 10_000;
const FIRST_RETRY_MS = 5000;
const LONGEST_RETRY_MS = 300_000;
/** Who was not heard of for so long is not asked. */
const FRESH_MS = 15_000;

/** Brings every node to the wanted plan: who tells of another one in a heartbeat is sent it. */
export class PlanSender {
  readonly #deps: PlanSenderDeps;
  readonly #now: () => number;
  readonly #nodes = new Map<string, Entry>();

  constructor(deps: PlanSenderDeps) {
    this.#deps = deps;
    this.#now = deps.now ?? (() => performance.now());
  }

  /** Takes a heartbeat whose sender was checked; resolves when what it led to is over. Never rejects. */
  async take(heartbeat: PlanHeartbeat): Promise<void> {
    const entry = this.#entry(heartbeat);
    entry.current = typeof heartbeat.plan === 'string' ? heartbeat.plan.slice(0, 64) : undefined;
    await this.#bring(entry);
  }

  /** Tries what became due since the last heartbeats, as when a partition was taken; call it about once a second. */
  async retry(): Promise<void> {
    const fresh = [...this.#nodes.values()].filter(({ beatAt }) => this.#now() - beatAt < FRESH_MS);
    await Promise.all(fresh.map((entry) => this.#bring(entry)));
  }

  async #bring(entry: Entry): Promise<void> {
    const plan = this.#deps.wanted();
    if (entry.current === plan.revision) entry.failed = undefined;
    if (!this.#isDue(entry, plan)) return;
    entry.inFlight = true;
    try {
      await this.#send(entry, plan);
    } finally {
      entry.inFlight = false;
    }
  }

  /** How far a node is that has been heard of. */
  stateOf(node: string): NodePlan | undefined {
    const entry = this.#nodes.get(node);
    if (!entry) return undefined;
    const { revision } = this.#deps.wanted();
    const failed = entry.failed?.revision === revision ? entry.failed.error : undefined;
    const state = entry.current === revision ? 'current' : failed?.code === 'PLAN_REFUSED' ? 'refused' : 'pending';
    return { state, current: entry.current, error: failed };
  }

  #isDue(entry: Entry, plan: ProbePlan): boolean {
    const { state, token } = entry.beat;
    if (entry.inFlight || state === 'stopping' || entry.current === plan.revision || !this.#deps.owns(token))
      return false;
    return entry.failed?.revision !== plan.revision || this.#now() >= entry.retryAt;
  }

  async #send(entry: Entry, plan: ProbePlan): Promise<void> {
    const { nats, log } = this.#deps;
    const { node, token } = entry.beat;
    try {
      const command = JSON.stringify({ command: 'plan', plan });
      const { data } = await nats.request(commandSubject(token), command, { timeout: TIMEOUT_MS });
      readAnswer(node, data);
      entry.current = plan.revision;
      entry.failed = undefined;
      log.info('a node took the probe plan', { node, revision: plan.revision });
    } catch (cause) {
      this.#failed(entry, plan, cause);
    }
  }

  /** Said at the first time and then ever more seldom, as often as it is tried. */
  #failed(entry: Entry, { revision }: ProbePlan, cause: unknown): void {
    const { node } = entry.beat;
    const error = cause instanceof ControlPlaneError ? cause : unanswered(node, cause);
    const times = (entry.failed?.revision === revision ? entry.failed.times : 0) + 1;
    entry.failed = { revision, error, times };
    entry.retryAt = this.#now() + Math.min(FIRST_RETRY_MS * 2 ** (times - 1), LONGEST_RETRY_MS);
    this.#deps.log.warn(error.message, { code: error.code, node, revision, times });
  }

  #entry(beat: PlanHeartbeat): Entry {
    const beatAt = this.#now();
    let entry = this.#nodes.get(beat.node);
    if (entry) Object.assign(entry, { beat, beatAt });
    else {
      entry = { beat, beatAt, current: undefined, failed: undefined, retryAt: 0, inFlight: false };
      this.#nodes.set(beat.node, entry);
    }
    return entry;
  }
}

const unanswered = (node: string, cause: unknown) =>
  new ControlPlaneError(
    'PLAN_UNANSWERED',
    `node ${node} did not answer to the probe plan (${messageOf(cause)}): it is sent again; look at the log of its agent if this goes on`,
    { cause },
  );
