import { crc32 } from 'node:zlib';
import { ContainerFlag, encodeRecord, type FieldValue, HeaderFlag, Kind } from '@picket/sdk';
import type { Container } from '../../../types.ts';

/** Characters of a single text; they come from records of at most 64 KiB, but not all from the same one. */
const MOST_TEXT = 1024;

/** A container as detectors are told of it, as it was when its records were copied. */
export interface ContainerEntry {
  readonly slot: number;
  readonly generation: number;
  readonly cgroup: string;
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly namespace: string;
  readonly pod: string;
  readonly labels: readonly string[];
  /** Record container.started that says all of it. */
  readonly record: Uint8Array;
  /** Of the record: another one means that something has changed. */
  readonly sum: number;
}

/** Entries by container, each made again when its container was told of since. */
export class ContainerEntries {
  readonly #entries = new WeakMap<Container, ContainerEntry>();
  readonly #stale = new WeakSet<Container>();

  /** @param told containers that records have told of */
  begin(told: ReadonlySet<Container>): void {
    for (const container of told) this.#stale.add(container);
  }

  /** The same object as before while nothing has changed. */
  of(container: Container): ContainerEntry {
    const known = this.#entries.get(container);
    if (known && !this.#stale.has(container)) return known;
    this.#stale.delete(container);
    const fresh = containerEntry(container);
    if (known && known.sum === fresh.sum) return known;
    this.#entries.set(container, fresh);
    return fresh;
  }
}

export function containerEntry(container: Container): ContainerEntry {
  const record = containerRecord(container);
  return {
    slot: container.slot,
    generation: container.generation,
    cgroup: container.cgroup,
    id: clip(container.id),
    name: clip(container.name),
    image: clip(container.image),
    namespace: container.podNamespace,
    pod: container.podName,
    labels: [...container.labels],
    record,
    sum: crc32(record),
  };
}

/**
 * What is known of a container as a record. Facts that came in several records may be more than one record has room for: then
 * the long lists are left out and it is marked partial.
 */
function containerRecord(container: Container): Uint8Array {
  try {
    return encode(container, longFields(container), 0);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return encode(container, {}, ContainerFlag.partial);
  }
}

function encode(container: Container, more: Record<string, FieldValue>, bits: number): Uint8Array {
  const flags = container.flags | bits;
  const header = {
    flags: HeaderFlag.snapshot | ((flags & ContainerFlag.partial) !== 0 ? HeaderFlag.partial : 0),
    time: container.initStart,
    cgroup: BigInt(container.cgroup),
    slot: container.slot,
    generation: container.generation,
  };
  return encodeRecord(Kind.ContainerStarted, header, {
    started: BigInt(Math.trunc(container.started)),
    init_start: container.initStart,
    init_pid: container.initPid,
    container_flags: flags,
    id: clip(container.id),
    name: clip(container.name),
    runtime: clip(container.runtime),
    image: clip(container.image),
    image_digest: clip(container.imageDigest),
    cgroup_path: clip(container.cgroupPath),
    ip: clip(container.ip),
    pod_name: clip(container.podName),
    pod_namespace: clip(container.podNamespace),
    pod_uid: clip(container.podUid),
    workload: clip(container.workload),
    service_account: clip(container.serviceAccount),
    ...more,
  });
}

const longFields = (container: Container): Record<string, FieldValue> => ({
  labels: container.labels,
  mounts: container.mounts,
  cni: container.cni,
  healthcheck: container.healthcheck,
  liveness_probe: container.livenessProbe,
  readiness_probe: container.readinessProbe,
  users: container.users,
  groups: container.groups,
});

const clip = (text: string): string => text.slice(0, MOST_TEXT);
