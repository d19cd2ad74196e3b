import { encodeRecord, type FieldValue, HeaderFlag, KINDS, Kind, type KindInfo } from '@picket/sdk';
import { syscallNumber } from '../../detection/rules/names/syscalls.ts';
import type { Batch } from '../../types.ts';
import { ContainerValueError, containerBody } from './container-body.ts';
import { ALIASES, DEFAULT_CALL, DEFAULT_RESULT, defaultBody, REQUIRED } from './event-defaults.ts';
import type { Script } from './event-script.ts';
import { fieldValue, integer, ValueError } from './field-value.ts';
import { ScriptError } from './script-error.ts';
import { BEGIN, type ScriptContainer, ScriptNode, type ScriptProcess } from './script-node.ts';

/** The script begins at this time: 2026-01-01. */
const WALL_OFFSET = BigInt(Date.UTC(2026, 0, 1)) * 1_000_000n - BigInt(BEGIN);
const NO_CALL = 65_535;
/** Values of the header that a script may give. */
const HEADER_KEYS = ['pid', 'tid', 'ppid', 'uid', 'sid', 'vpid', 'container', 'syscall', 'result', 'record_flags'];
const HEADER_TYPES: Readonly<Record<string, string>> = { result: 'i32', syscall: 'u16', record_flags: 'u16' };
const ABOUT_CONTAINERS: readonly number[] = [Kind.ContainerStarted, Kind.ContainerUpdated, Kind.ContainerStopped];

type Fields = Readonly<Record<string, unknown>>;
type Path = readonly PropertyKey[];

/** Writes the events of a script as records of one node, a batch for each. */
export class EventWriter {
  readonly batches: Batch[] = [];
  readonly #node = new ScriptNode();
  readonly #containers = new Map<string, ScriptContainer>();
  #sequence = 0;

  constructor(containers: Script['containers']) {
    for (const [name, given] of Object.entries(containers)) {
      const slot = this.#containers.size + 1;
      const container = {
        name,
        slot,
        cgroup: 900 + slot,
        given: given ?? {},
        told: false,
        nextPid: 1,
        init: undefined,
      };
      checkContainer(container);
      this.#containers.set(name, container);
    }
  }

  /** Nothing happens until a time: the node says so. */
  wait(time: number): void {
    this.#send([], time);
  }

  /** @throws ScriptError */
  write(kindName: string, fields: Fields, time: number, path: Path): void {
    const kind = KINDS.find(({ name }) => name === kindName);
    if (!kind) throw new ScriptError(`there is no kind of event ${kindName}: ${kindNames()}`, path);
    checkKeys(kind, fields, path);
    const container = this.#containerOf(fields, path);
    const process = this.#processOf(kind, fields, container, time, path);
    const owner = container ?? process?.container;
    const result = headerNumber('result', fields, path) ?? BigInt(DEFAULT_RESULT[kind.id] ?? 0);
    const given = bodyOf(kind, fields, path);
    const frame = { kind: kind.id, result, time, process, node: this.#node, number: this.#sequence };
    const records: Uint8Array[] = [];
    if (ABOUT_CONTAINERS.includes(kind.id)) {
      if (!owner) throw new ScriptError(`${kind.name} needs a container`, path);
      records.push(this.#aboutContainer(kind, owner, given, time));
    } else {
      if (owner && !owner.told) records.push(this.#aboutContainer(containerStarted(), owner, {}, time));
      const body = { ...defaultBody(frame, given), ...given };
      records.push(this.#record(kind, this.#header(kind, fields, owner, process, result, path), body, time, path));
      if (process && typeof body.comm === 'string') process.comm = body.comm;
    }
    if (kind.id === Kind.ProcessExit && process) this.#node.exit(process.pid);
    this.#send(records, time);
  }

  #containerOf({ container }: Fields, path: Path): ScriptContainer | undefined {
    if (container === undefined) return undefined;
    const found = this.#containers.get(String(container));
    if (found) return found;
    const known = [...this.#containers.keys()].join(', ') || 'none';
    throw new ScriptError(`there is no container ${String(container)} under containers: ${known}`, [
      ...path,
      'container',
    ]);
  }

  #processOf(
    kind: KindInfo,
    fields: Fields,
    container: ScriptContainer | undefined,
    time: number,
    path: Path,
  ): ScriptProcess | undefined {
    const read = (key: string) => {
      const value = headerNumber(key, fields, path);
      return value === undefined ? undefined : Number(value);
    };
    const pid = read('pid');
    if (pid === undefined) return undefined;
    const [ppid, uid, vpid, sid] = ['ppid', 'uid', 'vpid', 'sid'].map(read);
    const given = { pid, ppid, uid, vpid, sid, container };
    return kind.id === Kind.ProcessFork
      ? this.#node.fork(given, time)
      : this.#node.at(given, time, kind.id === Kind.ProcessExec);
  }

  #header(
    kind: KindInfo,
    fields: Fields,
    container: ScriptContainer | undefined,
    process: ScriptProcess | undefined,
    result: bigint,
    path: Path,
  ): Record<string, number | bigint> {
    const call = DEFAULT_CALL[kind.id];
    const syscall = headerNumber('syscall', fields, path) ?? (call ? syscallNumber(call) : undefined) ?? NO_CALL;
    const flags = Number(headerNumber('record_flags', fields, path) ?? 0n) | (container ? 0 : HeaderFlag.host);
    const pid = process?.pid ?? 0;
    const tid = headerNumber('tid', fields, path) ?? pid;
    const uid = headerNumber('uid', fields, path) ?? process?.uid ?? 0;
    return {
      flags,
      syscall,
      tgid: pid,
      tid,
      ppid: headerNumber('ppid', fields, path) ?? process?.ppid ?? 0,
      uid,
      start: process?.start ?? 0,
      result,
      ...place(container),
    };
  }

  #aboutContainer(
    kind: KindInfo,
    container: ScriptContainer,
    given: Readonly<Record<string, FieldValue>>,
    time: number,
  ): Uint8Array {
    container.told = true;
    const whole = containerBody(container, BigInt(time) + WALL_OFFSET);
    const body = kind.id === Kind.ContainerStopped ? { id: whole.id ?? '' } : whole;
    return this.#record(kind, place(container), { ...body, ...given }, time, ['containers', container.name]);
  }

  #record(
    kind: KindInfo,
    header: Readonly<Record<string, number | bigint>>,
    body: Readonly<Record<string, FieldValue>>,
    time: number,
    path: Path,
  ): Uint8Array {
    this.#sequence++;
    try {
      return encodeRecord(kind.id, { ...header, time, sequence: this.#sequence }, body);
    } catch (cause) {
      // a record has room for 64 KB
      if (cause instanceof RangeError) throw new ScriptError(cause.message, path);
      throw cause;
    }
  }

  #send(records: readonly Uint8Array[], time: number): void {
    const bytes = new Uint8Array(Buffer.concat(records));
    this.batches.push({
      header: {
        codec: 0,
        count: records.length,
        rawLength: bytes.length,
        firstSequence: BigInt(this.#sequence - records.length + 1),
        agentEpoch: 1n,
        wallOffset: WALL_OFFSET,
        watermark: BigInt(time),
        bootId: new Uint8Array(16),
        node: 'node-1',
        losses: [],
      },
      records: bytes,
      partition: 0,
      token: '',
      streamSequence: this.batches.length + 1,
    });
  }
}

const kindNames = () => KINDS.map(({ name }) => name).join(', ');

function containerStarted(): KindInfo {
  const kind = KINDS.find(({ id }) => id === Kind.ContainerStarted);
  if (!kind) throw new Error('the event table has no container.started');
  return kind;
}

const place = (container: ScriptContainer | undefined): Record<string, number> =>
  container ? { slot: container.slot, generation: 1, cgroup: container.cgroup } : { cgroup: 1 };

function checkContainer(container: ScriptContainer): void {
  try {
    containerBody(container, 0n);
  } catch (error) {
    if (!(error instanceof ContainerValueError)) throw error;
    throw new ScriptError(error.message, ['containers', container.name, error.key]);
  }
}

function checkKeys(kind: KindInfo, fields: Fields, path: Path): void {
  const aliases = Object.keys(ALIASES[kind.id] ?? {});
  const names = [...HEADER_KEYS, ...aliases, ...kind.fields.map(({ name }) => name)];
  for (const key of Object.keys(fields))
    if (!names.includes(key))
      throw new ScriptError(`${kind.name} has no ${key}; it has ${[...new Set(names)].join(', ')}`, [...path, key]);
  for (const key of REQUIRED[kind.id] ?? [])
    if (!(key in fields)) throw new ScriptError(`${kind.name} needs ${key}`, path);
}

/** The fields of the body that were given, as the record takes them. */
function bodyOf(kind: KindInfo, fields: Fields, path: Path): Record<string, FieldValue> {
  const body: Record<string, FieldValue> = {};
  for (const [key, value] of Object.entries(fields)) {
    const field = kind.fields.find(({ name }) => name === (ALIASES[kind.id]?.[key] ?? key));
    if (!field) continue;
    body[field.name] = guarded(key, path, () => fieldValue(field, value));
  }
  return body;
}

const headerNumber = (key: string, fields: Fields, path: Path): bigint | undefined =>
  fields[key] === undefined
    ? undefined
    : guarded(key, path, () => integer(key, HEADER_TYPES[key] ?? 'u32', fields[key]));

function guarded<T>(key: string, path: Path, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ValueError) throw new ScriptError(`${key} ${error.message}`, [...path, key]);
    throw error;
  }
}
