import { createHash } from 'node:crypto';
import { ContainerFlag, type FieldValue, KINDS, Kind } from '@picket/sdk';
import { fieldValue, ValueError } from './field-value.ts';
import type { ScriptContainer } from './script-node.ts';

const FIELDS = KINDS.find(({ id }) => id === Kind.ContainerStarted)?.fields ?? [];

/** Shorter names of fields. */
const ALIASES: Readonly<Record<string, string>> = { namespace: 'pod_namespace', pod: 'pod_name' };

/** Bits of container_flags that are given by name. */
const FLAGS: Readonly<Record<string, number>> = {
  privileged: ContainerFlag.privileged,
  partial: ContainerFlag.partial,
  sandbox: ContainerFlag.sandbox,
  host_network: ContainerFlag.hostNetwork,
  host_pid: ContainerFlag.hostPid,
};

/** A value of a container that does not fit, and its key. */
export class ContainerValueError extends Error {
  readonly key: string;
  constructor(key: string, message: string) {
    super(message);
    this.key = key;
  }
}

/**
 * The body of the container.started record.
 * @throws ContainerValueError for a key that there is not or a value that does not fit
 */
export function containerBody(
  container: Pick<ScriptContainer, 'name' | 'given' | 'init'>,
  wall: bigint,
): Record<string, FieldValue> {
  const { name, given, init } = container;
  const id = createHash('sha256').update(name).digest('hex');
  const body: Record<string, FieldValue> = {
    id,
    name,
    runtime: 'containerd',
    image: `${name}:latest`,
    workload: name,
    cgroup_path: `/picket/${id}`,
    started: wall,
    init_pid: init?.pid ?? 0,
    init_start: init?.start ?? 0,
  };
  let flags = 0;
  for (const [key, value] of Object.entries(given)) {
    const flag = FLAGS[key];
    if (flag !== undefined) {
      if (typeof value !== 'boolean') throw new ContainerValueError(key, `${key} is true or false`);
      if (value) flags |= flag;
      continue;
    }
    const field = FIELDS.find((one) => one.name === (ALIASES[key] ?? key));
    if (!field) throw new ContainerValueError(key, `a container has no ${key}; it has ${keys().join(', ')}`);
    body[field.name] = readValue(key, field, value);
  }
  // who gives another entrypoint knows its start no better than "unknown"
  if ('init_pid' in given && !('init_start' in given) && Number(body.init_pid) !== init?.pid) body.init_start = 0;
  return flags === 0 ? body : { ...body, container_flags: flags };
}

function readValue(key: string, field: (typeof FIELDS)[number], value: unknown): FieldValue {
  try {
    return fieldValue(field, value);
  } catch (error) {
    if (error instanceof ValueError) throw new ContainerValueError(key, `${key} ${error.message}`);
    throw error;
  }
}

const keys = () => [...FIELDS.map(({ name }) => name), ...Object.keys(ALIASES), ...Object.keys(FLAGS)];
