import { ContainerFlag, encodeRecord, HeaderFlag, Kind } from '@picket/sdk';
import type { ContainerFacts } from './container-facts.ts';
import { allLabels } from './merge-facts.ts';
import type { Container } from './registry.ts';

/** Most bytes of a list field. A record ends at 64 KiB: two lists, thirteen texts and the CNI result fit together. */
const MOST_LIST = 16_384;
const MOST_TEXT = 1024;
const MOST_CNI = 8192;

/** `container.started` or `container.updated`. `now` is CLOCK_BOOTTIME in ns. */
export function containerRecord(
  kind: typeof Kind.ContainerStarted | typeof Kind.ContainerUpdated,
  container: Container,
  now: bigint,
  flags = 0,
): Uint8Array {
  const { facts, partial } = container;
  return encodeRecord(kind, headerOf(container, now, flags | (partial ? HeaderFlag.partial : 0)), {
    ...textsOf(facts),
    started: facts.started,
    init_start: facts.initStart,
    init_pid: facts.initPid,
    container_flags: facts.flags | (partial ? ContainerFlag.partial : 0),
    cgroup_path: clip(container.path),
    cni: clipBytes(facts.cni, MOST_CNI),
    labels: bounded(allLabels(facts)),
    mounts: bounded(facts.mounts),
  });
}

/** `container.stopped`. `now` is CLOCK_BOOTTIME in ns. */
export function stoppedRecord(container: Container, now: bigint): Uint8Array {
  return encodeRecord(Kind.ContainerStopped, headerOf(container, now, 0), { id: clip(container.facts.id) });
}

function headerOf(container: Container, time: bigint, flags: number) {
  return {
    flags,
    time,
    cgroup: container.cgroup,
    slot: container.slot,
    generation: container.generation,
  };
}

function textsOf(facts: ContainerFacts) {
  return {
    id: clip(facts.id),
    name: clip(facts.name),
    runtime: clip(facts.runtime),
    image: clip(facts.image),
    image_digest: clip(facts.imageDigest),
    ip: clip(facts.ip),
    pod_name: clip(facts.podName),
    pod_namespace: clip(facts.podNamespace),
    pod_uid: clip(facts.podUid),
    workload: clip(facts.workload),
    service_account: clip(facts.serviceAccount),
    healthcheck: clip(facts.healthcheck),
  };
}

const clip = (text: string) => (text.length <= MOST_TEXT / 4 ? text : clipBytes(text, MOST_TEXT));

/** Cuts at a byte count; a character that is cut in two becomes a replacement character at the reader. */
function clipBytes(text: string, most: number): string {
  return Buffer.from(text).subarray(0, most).toString('utf8');
}

/** The first entries that fit. A NUL would read as the end of an entry. */
function bounded(entries: readonly string[]): string[] {
  let bytes = 0;
  const clean = entries.map((entry) => entry.replaceAll('\0', ''));
  return clean.filter((entry) => {
    bytes += Buffer.byteLength(entry) + 1;
    return bytes <= MOST_LIST;
  });
}
