import type { NatsConnection, Subscription } from '@nats-io/transport-node';
import { BatchError, Codec, messageOf } from '@picket/sdk';
import { askSnapshot, nodesInStream } from '../bus/ask-snapshots.ts';
import type { Io } from '../command.ts';
import { Beginning, type Unpacked } from './beginning.ts';
import type { CaptureWriter } from './capture-file.ts';
import { packBatch } from './compress.ts';
import { DictionaryWatch } from './dictionary.ts';
import { unpackBatch } from './unpack.ts';

export interface RecordingPlan {
  /** End after so long; without it when told to. */
  readonly seconds: number | undefined;
  /** Begin with the next batch, whatever is known of its containers. */
  readonly now: boolean;
  /** Connects with a key that may speak to agents; undefined when there is none. */
  readonly agents: () => Promise<NatsConnection | undefined>;
}

/** Agents state everything once a minute without being asked; a node without containers has nothing to state. */
const UNASKED_MS = 70_000;
const LATE = 'the recording begins with its next snapshot, within a minute; --now begins at once';
/** An agent whose snapshot does not show up is asked once more: the one it answered for may have begun before. */
const TRIES = 2;
const SHOW_UP_MS = 2000;

/** One run of `picket record`: batches of the bus into a capture that explains itself. */
export class Recording {
  readonly dictionary = new DictionaryWatch();
  /** Batches written. */
  batches = 0;
  readonly #connection: NatsConnection;
  readonly #writer: Pick<CaptureWriter, 'add'>;
  readonly #io: Io;
  readonly #begun = new Map<string, () => void>();

  constructor(connection: NatsConnection, writer: Pick<CaptureWriter, 'add'>, io: Io) {
    this.#connection = connection;
    this.#writer = writer;
    this.#io = io;
  }

  /** Records until the time is over or the command is told to end. */
  async run(plan: RecordingPlan): Promise<void> {
    const agents = plan.now ? undefined : await this.#agents(plan);
    const nodes = plan.now ? [] : agents && (await nodesInStream(this.#connection));
    const beginning = new Beginning(nodes, (token) => this.#begun.get(token)?.());
    const subscription = this.#connection.subscribe('picket.events.>');
    await this.#connection.flush();
    const stop = () => void subscription.drain();
    this.#io.signal.addEventListener('abort', stop, { once: true });
    void this.#warnOfGaps();
    const timers: NodeJS.Timeout[] = [];
    const asking = this.#askAll(agents, nodes, beginning).then(() => {
      timers.push(setTimeout(() => beginning.begin(), UNASKED_MS));
      if (plan.seconds !== undefined) timers.push(setTimeout(stop, plan.seconds * 1000));
      this.#io.note(`recording${plan.seconds ? ` for ${plan.seconds} s` : '; Ctrl-C ends it'}`);
    });
    try {
      await this.#write(subscription, beginning);
    } finally {
      for (const timer of timers) clearTimeout(timer);
      // What is still asked is answered with an error, and no longer of interest.
      await agents?.close();
      await asking;
    }
  }

  async #agents(plan: RecordingPlan): Promise<NatsConnection | undefined> {
    try {
      const agents = await plan.agents();
      if (!agents) this.#io.note(`there is no key to ask agents for a snapshot: of each node ${LATE}`);
      return agents;
    } catch (error) {
      this.#io.note(`agents can not be asked for a snapshot (${messageOf(error)}): of each node ${LATE}`);
      return undefined;
    }
  }

  async #askAll(agents: NatsConnection | undefined, nodes: string[] | undefined, beginning: Beginning): Promise<void> {
    if (agents && nodes) await Promise.all(nodes.map((token) => this.#ask(agents, token, beginning)));
  }

  async #ask(agents: NatsConnection, token: string, beginning: Beginning): Promise<void> {
    const shown = new Promise<void>((resolve) => this.#begun.set(token, resolve));
    for (let i = 0; i < TRIES && !beginning.isBegun(token); i++) {
      const answer = await askSnapshot(agents, token);
      if (answer === 'unanswered') {
        this.#io.note(`node ${token} gives no snapshot: of it ${LATE}`);
        return;
      }
      if (answer === 'away' || answer === 0) break;
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([shown, new Promise((resolve) => (timer = setTimeout(resolve, SHOW_UP_MS)))]);
      clearTimeout(timer);
    }
    beginning.begin(token);
  }

  async #write(subscription: Subscription, beginning: Beginning): Promise<void> {
    for await (const { subject, data } of subscription) {
      const batch = this.#pack(subject.split('.').at(-1) ?? '', data, beginning);
      if (!batch) continue;
      await this.#writer.add({ subject, time: Date.now(), batch });
      this.batches++;
    }
  }

  /** A batch that can not be read is kept as it came. */
  #pack(token: string, data: Uint8Array, beginning: Beginning): Uint8Array | undefined {
    const unpacked = readable(data);
    if (!unpacked) {
      if (!beginning.isBegun(token)) return undefined;
      this.dictionary.add(data);
      return new Uint8Array(data);
    }
    const kept = beginning.take(token, unpacked);
    if (!kept) return undefined;
    this.dictionary.look(kept.header, kept.records);
    return kept === unpacked && kept.header.codec === Codec.zstd
      ? new Uint8Array(data)
      : packBatch(kept.header, kept.records);
  }

  /** Batches that were published while the connection was away are not in the recording: say when that happens. */
  async #warnOfGaps(): Promise<void> {
    for await (const status of this.#connection.status()) {
      if (status.type === 'disconnect') this.#io.note('the bus is away: what is published meanwhile is not recorded');
      if (status.type === 'reconnect') this.#io.note('the bus is back, recording goes on');
      if (status.type === 'error') this.#io.note(`the bus reports: ${status.error.message}`);
    }
  }
}

function readable(batch: Uint8Array): Unpacked | undefined {
  try {
    return unpackBatch(batch);
  } catch (error) {
    if (!(error instanceof BatchError)) throw error;
    return undefined;
  }
}
