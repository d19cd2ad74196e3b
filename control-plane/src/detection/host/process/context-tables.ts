import { DetectorFault } from '../instance/detector-fault.ts';
import type { GuestContainer, GuestProcess } from '../instance/host-functions.ts';
import { ByteReader, ByteWriter } from './packed-bytes.ts';

/** What look-ups of the capability `context` answer from. */
export interface Context {
  readonly processes: readonly GuestProcess[];
  readonly containers: readonly (GuestContainer & { readonly slot: number })[];
}

const MOST = 8192;

/** Context in the form that travels with a batch: what the instance has not been told of yet, or what has changed. */
export function encodeContext({ processes, containers }: Context): Uint8Array {
  const out = new ByteWriter().u32(processes.length);
  for (const process of processes) putProcess(out, process);
  out.u32(containers.length);
  for (const { slot, ...container } of containers) putContainer(out.u16(slot), container);
  return out.bytes();
}

/**
 * Processes and containers that an instance was told of, the newest 8192 of each over all nodes. Numbers of processes and slots
 * belong to a node (its boot), and look-ups are for the node of the last batch.
 */
export class ContextTables {
  readonly #processes = new Map<string, GuestProcess>();
  readonly #containers = new Map<string, GuestContainer>();
  /** Boot id of the node, in hex. */
  node = '';

  /** Takes what `encodeContext` made, for the node at hand. */
  tell(bytes: Uint8Array): void {
    const reader = new ByteReader(bytes);
    for (let left = reader.u32(); left > 0; left--) {
      const process = takeProcess(reader);
      put(this.#processes, `${this.node} ${process.tgid} ${process.start}`, process);
    }
    for (let left = reader.u32(); left > 0; left--) {
      const slot = reader.u16();
      put(this.#containers, `${this.node} ${slot}`, takeContainer(reader));
    }
  }

  process(tgid: number, start: bigint): GuestProcess | undefined {
    return this.#processes.get(`${this.node} ${tgid} ${start}`);
  }

  container(slot: number): GuestContainer | undefined {
    return this.#containers.get(`${this.node} ${slot}`);
  }

  /** All of it, oldest first. */
  encode(): Uint8Array {
    const out = new ByteWriter().text(this.node).u32(this.#processes.size);
    for (const [key, process] of this.#processes) putProcess(out.text(key), process);
    out.u32(this.#containers.size);
    for (const [key, container] of this.#containers) putContainer(out.text(key), container);
    return out.bytes();
  }

  /** @throws DetectorFault DETECTOR_SNAPSHOT */
  decode(bytes: Uint8Array): void {
    try {
      const reader = new ByteReader(bytes);
      this.node = reader.text();
      for (let left = reader.u32(); left > 0; left--) put(this.#processes, reader.text(), takeProcess(reader));
      for (let left = reader.u32(); left > 0; left--) put(this.#containers, reader.text(), takeContainer(reader));
    } catch (cause) {
      throw new DetectorFault('DETECTOR_SNAPSHOT', 'the look-up tables of the snapshot are cut off', { cause });
    }
  }
}

/** The newest stand last. */
function put<T>(table: Map<string, T>, key: string, value: T): void {
  table.delete(key);
  table.set(key, value);
  if (table.size <= MOST) return;
  const [oldest] = table.keys();
  if (oldest !== undefined) table.delete(oldest);
}

function putProcess(out: ByteWriter, process: GuestProcess): void {
  out.u32(process.tgid).u64(process.start).u32(process.parentTgid).u64(process.parentStart);
  out.u32(process.uid).u16(process.slot).text(process.name).text(process.exepath).text(process.cmdline);
}

const takeProcess = (reader: ByteReader): GuestProcess => ({
  tgid: reader.u32(),
  start: reader.u64(),
  parentTgid: reader.u32(),
  parentStart: reader.u64(),
  uid: reader.u32(),
  slot: reader.u16(),
  name: reader.text(),
  exepath: reader.text(),
  cmdline: reader.text(),
});

function putContainer(out: ByteWriter, { id, name, image, namespace, pod }: GuestContainer): void {
  out.text(id).text(name).text(image).text(namespace).text(pod);
}

const takeContainer = (reader: ByteReader): GuestContainer => ({
  id: reader.text(),
  name: reader.text(),
  image: reader.text(),
  namespace: reader.text(),
  pod: reader.text(),
});
