import { setTimeout as wait } from 'node:timers/promises';
import { jetstream } from '@nats-io/jetstream';
import type { KV } from '@nats-io/kv';
import { connect, type NatsConnection, nkeyAuthenticator, TimeoutError } from '@nats-io/transport-node';
import { BatchError, eventSubject, nodeToken, type PicketError, partitionOf } from '@picket/sdk';
import { type Bus, openBus } from './bus.ts';
import type { BatchMessage, BusLoss, BusProblem, BusSettings, PartitionWork } from './types.ts';

// What the tests of this folder share: a pipeline that records, and an agent that publishes numbers.

/** The part of a test server that is used here. */
export interface ServerOfTest {
  readonly url: string;
  readonly seeds: { readonly agent: Uint8Array };
  readonly seedFiles: { readonly 'control-plane': string };
}

/**
 * A pipeline whose state is the list of numbers it was given, so that a lost, doubled or reordered batch shows. A
 * batch that is no number is malformed.
 */
export class Recorder implements PartitionWork {
  readonly lists = new Map<number, number[]>();
  /** What each `restore` gave. */
  readonly restored: (number[] | undefined)[] = [];
  readonly losses: BusLoss[] = [];
  readonly problems: BusProblem[] = [];
  /** Bytes before the list in a snapshot. */
  readonly padding: Uint8Array;
  /** Called before a number is taken. */
  before: (value: number) => void | Promise<void> = () => undefined;

  constructor(padding: Uint8Array = new Uint8Array(0)) {
    this.padding = padding;
  }
  get all(): number[] {
    return [...this.lists.values()].flat();
  }
  restore(partition: number, state: Uint8Array | undefined): void {
    const list = state && [...new Uint32Array(Uint8Array.from(state.subarray(this.padding.length)).buffer)];
    this.restored.push(list);
    this.lists.set(partition, [...(list ?? [])]);
  }
  async handle({ partition, bytes }: BatchMessage): Promise<void> {
    const value = Number(Buffer.from(bytes).toString().trim());
    await this.before(value);
    if (Number.isNaN(value)) throw new BatchError('BATCH_CORRUPT', 'this batch is not a number');
    this.lists.get(partition)?.push(value);
  }
  snapshot(partition: number): Uint8Array {
    return Buffer.concat([this.padding, Buffer.from(new Uint32Array(this.lists.get(partition) ?? []).buffer)]);
  }
  release(partition: number): void {
    this.lists.delete(partition);
  }
  onLoss(loss: BusLoss): void {
    this.losses.push(loss);
  }
  onError(problem: BusProblem): void {
    this.problems.push(problem);
  }
}

/** Short times, so that tests need not wait. */
export const QUICK: Partial<BusSettings> = { leaseTtlMs: 1500, lookMs: 100, checkpointMs: 200, checkpointBatches: 50 };

export async function openTestBus(
  nats: ServerOfTest,
  settings: Partial<BusSettings> = {},
): Promise<{ bus: Bus; errors: PicketError[] }> {
  const errors: PicketError[] = [];
  const bus = await openBus({
    url: nats.url,
    seedFile: nats.seedFiles['control-plane'],
    name: 'test',
    settings: { ...QUICK, ...settings },
    onError: (error) => errors.push(error),
  });
  return { bus, errors };
}

/** Waits for something that must happen. The deadline is only there to end a test that fails. */
export async function until(what: () => boolean, why: string): Promise<void> {
  for (let i = 0; i < 800; i++) {
    if (what()) return;
    await wait(25);
  }
  throw new Error(`this did not happen: ${why}`);
}

/** Publishes as the agent of one node does. */
export class TestAgent {
  readonly connection: NatsConnection;
  readonly token: string;
  readonly partition: number;

  private constructor(connection: NatsConnection, token: string) {
    this.connection = connection;
    this.token = token;
    this.partition = partitionOf(token);
  }

  static async open(nats: ServerOfTest, node: string): Promise<TestAgent> {
    const connection = await connect({
      servers: nats.url,
      authenticator: nkeyAuthenticator(nats.seeds.agent),
      inboxPrefix: '_INBOX_agent',
      maxReconnectAttempts: -1,
      reconnectTimeWait: 50,
    });
    return new TestAgent(connection, await nodeToken(node));
  }

  /** Publishes one batch, again until it is acked. */
  async publish(text: string, id: string): Promise<void> {
    const js = jetstream(this.connection, { timeout: 500 });
    while (true) {
      try {
        await js.publish(eventSubject(this.partition, this.token), text, { msgID: id });
        return;
      } catch {
        await wait(20);
      }
    }
  }

  /** Publishes the numbers in order. @param bytes size of each message */
  async numbers(from: number, to: number, options: { pauseMs?: number; bytes?: number } = {}): Promise<void> {
    for (let n = from; n <= to; n++) {
      await this.publish(String(n).padEnd(options.bytes ?? 0), `${this.token}.${n}`);
      if (options.pauseMs) await wait(options.pauseMs);
    }
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}

/**
 * A bucket whose writes arrive and whose answers get lost while `isDeaf`. No server can be made to do that at the
 * right moment, so the client is.
 */
export function deafBucket(kv: KV): { kv: KV; isDeaf: boolean } {
  const deaf = {
    isDeaf: false,
    kv: new Proxy(kv, {
      get(target, name) {
        const found: unknown = Reflect.get(target, name);
        if (typeof found !== 'function') return found;
        return async (...args: unknown[]) => {
          const answer: unknown = await Reflect.apply(found, target, args);
          if (name === 'put' && deaf.isDeaf) throw new TimeoutError();
          return answer;
        };
      },
    }),
  };
  return deaf;
}

export const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
