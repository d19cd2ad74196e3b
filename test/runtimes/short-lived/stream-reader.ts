import { connect, type NatsConnection, nkeyAuthenticator } from '@nats-io/transport-node';
import { ContainerStarted, EventCursor, Header, HeaderFlag, Kind } from '@picket/sdk';
import { unpackBatch } from '../../../control-plane/src/bus/unpack.ts';
import type { TestNats } from '../../support/nats.ts';

/** A program that was started in a container, as the stream tells it. */
export interface SeenExec {
  /** Slot and generation: who the container is, told by other records. */
  readonly slot: string;
  /** CLOCK_BOOTTIME in ns. */
  readonly time: bigint;
}

/** What the stream tells of one use of a slot. */
export interface SeenContainer {
  id: string;
  name: string;
  image: string;
  cgroupPath: string;
  /** When the record with name and image was written, CLOCK_BOOTTIME in ns; undefined while there is none. */
  knownAt: bigint | undefined;
}

/** Reads the event stream as any reader can, from the moment it is opened. */
export class StreamReader {
  readonly execs: SeenExec[] = [];
  readonly containers = new Map<string, SeenContainer>();
  readonly #connection: NatsConnection;

  private constructor(connection: NatsConnection) {
    this.#connection = connection;
    connection.subscribe('picket.events.>', {
      callback: (error, message) => {
        if (!error) this.#read(message.data, message.subject);
      },
    });
  }

  static async open(nats: TestNats): Promise<StreamReader> {
    const authenticator = nkeyAuthenticator(nats.seeds['control-plane']);
    const connection = await connect({ servers: nats.url, authenticator, inboxPrefix: '_INBOX_control-plane' });
    const reader = new StreamReader(connection);
    await connection.flush();
    return reader;
  }

  /** The container of an exec. */
  of(exec: SeenExec): SeenContainer | undefined {
    return this.containers.get(exec.slot);
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  #read(message: Uint8Array, subject: string): void {
    const cursor = new EventCursor().open(unpackBatch(message, subject, 0).records);
    while (cursor.next()) {
      const slot = `${cursor.slot}.${cursor.generation}`;
      const time = cursor.big(Header.time);
      if (cursor.kind === Kind.ContainerStarted || cursor.kind === Kind.ContainerUpdated) this.#container(slot, cursor);
      // what a snapshot repeats, and what the runtime does before it hands over, is not what was started
      else if (cursor.kind === Kind.ProcessExec && cursor.slot > 0 && (cursor.flags & HeaderFlag.snapshot) === 0)
        this.execs.push({ slot, time });
    }
  }

  #container(slot: string, cursor: EventCursor): void {
    const before = this.containers.get(slot);
    const name = cursor.string(ContainerStarted.name);
    const image = cursor.string(ContainerStarted.image);
    this.containers.set(slot, {
      id: cursor.string(ContainerStarted.id),
      name,
      image,
      cgroupPath: cursor.string(ContainerStarted.cgroupPath),
      knownAt: before?.knownAt ?? (name !== '' && image !== '' ? cursor.big(Header.time) : undefined),
    });
  }
}
