import { randomUUID } from 'node:crypto';
import type { JetStreamManager } from '@nats-io/jetstream';
import type { KV } from '@nats-io/kv';
import { ControlPlaneError } from '../errors.ts';
import { toBusError } from './bus-error.ts';
import { type CheckpointHead, decodeHead, encodeHead } from './checkpoint-head.ts';
import { compareAndSet } from './compare-and-set.ts';
import { leaseLost } from './lease.ts';
import { packState, unpackState } from './state-packing.ts';
import { STATE_BUCKET, STATE_STREAM } from './streams.ts';

/** State of a partition as of a place in the stream. */
export interface Checkpoint {
  /** Stream sequence of the last batch that is in the state. */
  readonly applied: number;
  /** Up to here nothing of the stream is unaccounted for; at least `applied`. */
  readonly settled: number;
  /** When the stream was made: tells apart two streams of one name. */
  readonly streamCreated: string;
  readonly state: Uint8Array;
}

/** Larger states are cut into values of this size. */
export const CHUNK_BYTES = 512 * 1024;

/**
 * The checkpoints of one partition under one lease. A checkpoint is a head key and, when the state is large, chunk
 * keys of its own; the head is written last and by compare-and-set, so that a reader finds the old checkpoint or the
 * new one, and an owner whose lease has passed on can not write any more.
 */
export class CheckpointStore {
  readonly #kv: KV;
  readonly #jsm: JetStreamManager;
  readonly #partition: number;
  readonly #epoch: number;
  #revision = 0;
  #head: CheckpointHead | undefined;
  #inline: Uint8Array = new Uint8Array(0);
  /** Why the head that was found could not be read. */
  #unreadable: unknown;
  /** Whether a head may have been written without our knowing. */
  #uncertain = false;
  /** Sets of chunks that no head names. */
  readonly #garbage = new Set<string>();

  private constructor(kv: KV, jsm: JetStreamManager, partition: number, epoch: number) {
    this.#kv = kv;
    this.#jsm = jsm;
    this.#partition = partition;
    this.#epoch = epoch;
  }

  /**
   * Takes over the checkpoints of a partition: from here on every owner with a lower epoch is fenced off.
   * @throws ControlPlaneError LEASE_LOST when there is an owner with a higher epoch, BUS_*
   */
  static async claim(kv: KV, jsm: JetStreamManager, partition: number, epoch: number): Promise<CheckpointStore> {
    const store = new CheckpointStore(kv, jsm, partition, epoch);
    while (!(await store.#fence())) {
      // An earlier owner wrote its last checkpoint in between: look again.
    }
    return store;
  }

  /**
   * The last checkpoint, or undefined when there is none.
   * @throws ControlPlaneError CHECKPOINT_CORRUPT when it can not be read back, BUS_*
   */
  async read(): Promise<Checkpoint | undefined> {
    if (this.#unreadable) throw this.#unreadable;
    const head = this.#head;
    if (!head || head.streamCreated === '') return undefined;
    const packed = head.chunks === 0 ? this.#inline : await this.#readChunks(head);
    const state = await unpackState(packed, head, `partition ${this.#partition}`);
    return { applied: head.applied, settled: head.settled, streamCreated: head.streamCreated, state };
  }

  /**
   * Replaces the checkpoint.
   * @returns bytes stored
   * @throws ControlPlaneError LEASE_LOST when the partition has a newer owner, BUS_*
   */
  async write(checkpoint: Checkpoint, patienceMs: number, signal?: AbortSignal): Promise<number> {
    const { packed, facts } = await packState(checkpoint.state);
    const { applied, settled, streamCreated } = checkpoint;
    const chunks = packed.length > CHUNK_BYTES ? Math.ceil(packed.length / CHUNK_BYTES) : 0;
    const head = { ...facts, epoch: this.#epoch, set: randomUUID(), chunks, applied, settled, streamCreated };
    if (this.#uncertain) await this.#resync();
    await this.#dropGarbage();
    // Until its head is written a set is garbage; afterwards the previous set is.
    if (chunks > 0) this.#garbage.add(head.set);
    await this.#writeChunks(head, packed, patienceMs, signal);
    const previous = this.#head;
    await this.#writeHead(head, chunks === 0 ? packed : new Uint8Array(0), patienceMs, signal);
    this.#garbage.delete(head.set);
    if (previous && previous.chunks > 0) this.#garbage.add(previous.set);
    return packed.length;
  }

  /** Reads the head and writes it back under our epoch; false when it changed meanwhile. */
  async #fence(): Promise<boolean> {
    const entry = await this.#ask('read', this.#headKey, () => this.#kv.get(this.#headKey));
    this.#revision = entry?.revision ?? 0;
    const found = entry?.operation === 'PUT' ? this.#decode(entry.value) : undefined;
    if (found && found.head.epoch > this.#epoch) throw leaseLost(`lease.${this.#partition}`);
    const head = found?.head ?? emptyHead();
    const inline = found?.inline ?? new Uint8Array(0);
    const fenced = { ...head, epoch: this.#epoch };
    const revision = await this.#put(fenced, inline, 10_000);
    if (revision === undefined) return false;
    this.#accept(fenced, inline, revision);
    await this.#findOrphans();
    await this.#dropGarbage();
    return true;
  }

  /** A head that can not be read must not keep the partition from being taken: `read` tells what is wrong with it. */
  #decode(value: Uint8Array): ReturnType<typeof decodeHead> | undefined {
    try {
      return decodeHead(value);
    } catch (error) {
      this.#unreadable = error;
      return undefined;
    }
  }

  async #writeHead(head: CheckpointHead, inline: Uint8Array, patienceMs: number, signal?: AbortSignal): Promise<void> {
    this.#uncertain = true;
    const revision = await this.#put(head, inline, patienceMs, signal);
    this.#uncertain = false;
    if (revision === undefined) throw leaseLost(`lease.${this.#partition}`);
    this.#accept(head, inline, revision);
  }

  /** Finds out whether a head arrived whose write ended without an answer. */
  async #resync(): Promise<void> {
    const entry = await this.#ask('read', this.#headKey, () => this.#kv.get(this.#headKey));
    const found = entry?.operation === 'PUT' ? decodeHead(entry.value) : undefined;
    if (!entry || found?.head.epoch !== this.#epoch) throw leaseLost(`lease.${this.#partition}`);
    if (this.#head && this.#head.set !== found.head.set) this.#garbage.add(this.#head.set);
    this.#garbage.delete(found.head.set);
    this.#accept(found.head, found.inline, entry.revision);
    this.#uncertain = false;
  }

  #put(
    head: CheckpointHead,
    inline: Uint8Array,
    patienceMs: number,
    signal?: AbortSignal,
  ): Promise<number | undefined> {
    return compareAndSet(this.#kv, {
      key: this.#headKey,
      value: encodeHead(head, inline),
      revision: this.#revision,
      patienceMs,
      ...(signal && { signal }),
    });
  }

  #accept(head: CheckpointHead, inline: Uint8Array, revision: number): void {
    this.#head = head;
    this.#inline = inline;
    this.#revision = revision;
  }

  async #writeChunks(
    head: CheckpointHead,
    packed: Uint8Array,
    patienceMs: number,
    signal?: AbortSignal,
  ): Promise<void> {
    for (let i = 0; i < head.chunks; i++) {
      const value = packed.subarray(i * CHUNK_BYTES, (i + 1) * CHUNK_BYTES);
      const key = this.#chunkKey(head.set, i);
      await compareAndSet(this.#kv, { key, value, revision: 0, patienceMs, ...(signal && { signal }) });
    }
  }

  async #readChunks(head: CheckpointHead): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let i = 0; i < head.chunks; i++) {
      const key = this.#chunkKey(head.set, i);
      const entry = await this.#ask('read', key, () => this.#kv.get(key));
      if (entry?.operation !== 'PUT')
        throw new ControlPlaneError(
          'CHECKPOINT_CORRUPT',
          `part ${i} of the checkpoint of partition ${this.#partition} is missing`,
        );
      parts.push(entry.value);
    }
    return Buffer.concat(parts);
  }

  /** Removes chunks that no head names, without leaving delete markers behind. */
  async #dropGarbage(): Promise<void> {
    for (const set of this.#garbage) {
      const filter = `$KV.${STATE_BUCKET}.${this.#setPrefix}.${set}.*`;
      await this.#ask('drop', filter, () => this.#jsm.streams.purge(STATE_STREAM, { filter }));
      this.#garbage.delete(set);
    }
  }

  /** Finds chunks of checkpoints whose head was never written: their owner died in between. */
  async #findOrphans(): Promise<void> {
    const filter = `$KV.${STATE_BUCKET}.${this.#setPrefix}.*.0`;
    const info = await this.#ask('read', this.#setPrefix, () =>
      this.#jsm.streams.info(STATE_STREAM, { subjects_filter: filter }),
    );
    const sets = Object.keys(info.state.subjects ?? {}).map((subject) => subject.split('.').at(-2) ?? '');
    for (const set of sets) if (set !== this.#head?.set) this.#garbage.add(set);
  }

  async #ask<T>(doing: string, key: string, request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (cause) {
      throw toBusError(cause, `${doing} ${key}`);
    }
  }

  get #headKey(): string {
    return `checkpoint.${this.#partition}`;
  }
  get #setPrefix(): string {
    return `state.${this.#partition}`;
  }
  #chunkKey(set: string, index: number): string {
    return `${this.#setPrefix}.${set}.${index}`;
  }
}

/** A head without a checkpoint: it only holds the epoch. */
function emptyHead(): CheckpointHead {
  return {
    epoch: 0,
    set: '',
    chunks: 0,
    applied: 0,
    settled: 0,
    streamCreated: '',
    packedBytes: 0,
    rawBytes: 0,
    sha256: '',
  };
}
