import type { NatsConnection } from '@nats-io/transport-node';
import { type Log, messageOf } from '@picket/sdk';
import { tokenOf } from './node-token.ts';

/** What of a heartbeat the control plane uses; the agent says more. */
export interface Heartbeat {
  readonly node: string;
  readonly token: string;
  readonly state: string;
  readonly agentEpoch: string;
  readonly probes: readonly ProbeHealth[];
  /** Revision of the probe plan in force; agents that know no plans tell none. */
  readonly plan?: string;
}

/** What an agent says of one of its probes. */
export interface ProbeHealth {
  readonly name: string;
  readonly state: string;
  readonly reason?: string;
}

/** An agent that was not heard of for so long counts as away: three heartbeats. */
const AWAY_MS = 15_000;
const MOST_NODES = 100_000;

/** The last heartbeat of every agent. */
export class Heartbeats {
  readonly #last = new Map<string, { heartbeat: Heartbeat; at: number }>();
  readonly #log: Log;
  /** Heartbeats that could not be read. */
  refused = 0;
  /** Told each heartbeat that could be read. */
  onBeat: (heartbeat: Heartbeat) => void = () => undefined;

  constructor(nats: NatsConnection, log: Log) {
    this.#log = log;
    nats.subscribe('picket.agents.*.status', {
      callback: (error, message) => {
        if (error) this.#refuse(error.message);
        else this.take(message.subject, message.data);
      },
    });
  }

  /** Takes one heartbeat; a body that is none is counted and left out. */
  take(subject: string, body: Uint8Array): void {
    try {
      const heartbeat = JSON.parse(new TextDecoder().decode(body)) as Heartbeat;
      const token = subject.split('.')[2] ?? '';
      // the bus lets an agent publish on its own subject only, so the subject is what can be believed
      if (typeof heartbeat.node !== 'string' || tokenOf(heartbeat.node) !== token)
        throw new Error('it names another node than its subject');
      if (!Array.isArray(heartbeat.probes)) throw new Error('it does not tell of its probes');
      if (!this.#last.has(heartbeat.node) && this.#last.size >= MOST_NODES)
        throw new Error(`${MOST_NODES} nodes are known, no more are taken`);
      this.#tellProbes(heartbeat);
      this.#last.set(heartbeat.node, { heartbeat, at: performance.now() });
      this.onBeat({ ...heartbeat, token });
    } catch (error) {
      this.#refuse(messageOf(error));
    }
  }

  /** A probe that fails makes its node blind for some events: said once, when it becomes known. */
  #tellProbes({ node, probes }: Heartbeat): void {
    const before = this.#last.get(node)?.heartbeat.probes ?? [];
    for (const { name, state, reason } of probes) {
      if (state !== 'failed' || before.some((probe) => probe.name === name && probe.state === 'failed')) continue;
      this.#log.error('a probe does not work on a node: its events are not seen there', {
        node,
        probe: name,
        why: reason,
      });
    }
  }

  #refuse(why: string): void {
    this.refused++;
    this.#log.warn('a heartbeat can not be read', { why });
  }

  online(node: string): boolean {
    const last = this.#last.get(node);
    return last !== undefined && last.heartbeat.state !== 'stopping' && performance.now() - last.at < AWAY_MS;
  }

  nodes(): Heartbeat[] {
    return [...this.#last.values()].map(({ heartbeat }) => heartbeat);
  }
}
