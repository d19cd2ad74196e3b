import { ContainerFlag } from '@picket/sdk';
import type { ContainerInfo } from '@picket/sdk/client';
import type { Container } from '../../types.ts';

/** A container of a node as the API tells it: null where something is not known. */
export function containerInfo(node: string, container: Container): ContainerInfo {
  return {
    node,
    slot: container.slot,
    generation: container.generation,
    id: container.id,
    name: container.name || null,
    image: container.image || null,
    image_digest: container.imageDigest || null,
    runtime: container.runtime || null,
    namespace: container.podNamespace || null,
    pod: container.podName || null,
    pod_uid: container.podUid || null,
    workload: container.workload || null,
    ip: container.ip || null,
    started: startTime(container.started),
    state: container.stopped > 0 ? 'stopped' : 'running',
    privileged: (container.flags & ContainerFlag.privileged) !== 0,
    metadata: (container.flags & ContainerFlag.partial) !== 0 ? 'partial' : 'complete',
  };
}

/** ns since 1970 to RFC 3339; what is not a time of ours counts as unknown. */
function startTime(ns: number): string | null {
  const date = new Date(ns / 1e6);
  return ns > 0 && date.getTime() < Date.UTC(10_000, 0) ? date.toISOString() : null;
}
