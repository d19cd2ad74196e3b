import { ContainerFlag, encodeRecord, HeaderFlag, Kind } from '@picket/sdk';
import type { Accounts } from './accounts/accounts.ts';
import type { ContainerFacts } from './container-facts.ts';
import { allLabels } from './merge-facts.ts';
import type { Container } from './registry.ts';

/** Most bytes of a list field. A record ends at 64 KiB: two lists, fifteen texts and the CNI result fit together. */
const MOST_LIST = 16_384;
/** Users and groups take what those leave, users no more than this share of it. */
const MOST_TAIL = 65_000;
const SHARE_OF_USERS = 0.7;
const MOST_TEXT = 1024;
const MOST_CNI = 8192;

/** `container.started` or `container.updated`. `now` is CLOCK_BOOTTIME in ns. */
export function containerRecord(
  kind: typeof Kind.ContainerStarted | typeof Kind.ContainerUpdated,
  container: Container,
  now: bigint,
  flags = 0,
): Uint8Array {
  const { facts, partial, accounts } = container;
  const fields = {
    ...textsOf(facts),
    cgroup_path: clip(container.path),
    cni: clipBytes(facts.cni, MOST_CNI),
    labels: bounded(allLabels(facts)),
    mounts: bounded(facts.mounts),
  };
  const { cut, ...lists } = accountLists(accounts, MOST_TAIL - bytesOf(Object.values(fields).flat()));
  const bits = facts.flags | (partial ? ContainerFlag.partial : 0) | (cut ? ContainerFlag.accountsCut : 0);
  return encodeRecord(kind, headerOf(container, now, flags | (partial ? HeaderFlag.partial : 0)), {
    ...fields,
    ...lists,
    started: facts.started,
    init_start: facts.initStart,
    init_pid: facts.initPid,
    container_flags: bits,
  });
}

/** Users and groups of the node itself, as a `container.updated` without a slot. `now` is CLOCK_BOOTTIME in ns. */
export function nodeRecord(accounts: Accounts, now: bigint, flags = 0): Uint8Array {
  const { cut, ...lists } = accountLists(accounts, MOST_TAIL);
  const header = { flags: flags | HeaderFlag.host, time: now };
  return encodeRecord(Kind.ContainerUpdated, header, {
    ...lists,
    container_flags: cut ? ContainerFlag.accountsCut : 0,
  });
}

/** The first users and groups that fit into `room` bytes together. */
function accountLists({ users, groups, cut }: Accounts, room: number) {
  const someUsers = fitting(users, room * SHARE_OF_USERS);
  const someGroups = fitting(groups, room - bytesOf(someUsers));
  const whole = someUsers.length === users.length && someGroups.length === groups.length;
  return { users: someUsers, groups: someGroups, cut: cut || !whole };
}

const bytesOf = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0);

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
    liveness_probe: clip(facts.livenessProbe),
    readiness_probe: clip(facts.readinessProbe),
  };
}

const clip = (text: string) => (text.length <= MOST_TEXT / 4 ? text : clipBytes(text, MOST_TEXT));

/** Cuts at a byte count; a character that is cut in two becomes a replacement character at the reader. */
function clipBytes(text: string, most: number): string {
  return Buffer.from(text).subarray(0, most).toString('utf8');
}

/** The first entries that fit. A NUL would read as the end of an entry. */
const bounded = (entries: readonly string[]): string[] =>
  fitting(
    entries.map((entry) => entry.replaceAll('\0', '')),
    MOST_LIST,
  );

function fitting(entries: readonly string[], most: number): string[] {
  let bytes = 0;
  const over = entries.findIndex((entry) => {
    bytes += Buffer.byteLength(entry) + 1;
    return bytes > most;
  });
  return entries.slice(0, over < 0 ? entries.length : over);
}
