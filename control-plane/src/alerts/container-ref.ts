import { type Alert, ContainerFlag } from '@picket/sdk';
import type { Container } from '../types.ts';

/** A container as an alert names it: null where it is not known. */
export function containerRef(container: Container): NonNullable<Alert['container']> {
  return {
    id: container.id.slice(0, 12),
    full_id: container.id,
    name: container.name || null,
    image: container.image || null,
    runtime: container.runtime || null,
    slot: container.slot,
  };
}

/** Who owns the container: the owner of its pod, or the container itself without Kubernetes; null when unknown. */
export function workloadRef(container: Container): Alert['workload'] {
  const text = container.workload || container.podName || container.name;
  if (text === '') return null;
  const slash = container.workload.indexOf('/');
  return {
    kind: slash > 0 ? text.slice(0, slash) : container.podName ? 'Pod' : 'Container',
    name: slash > 0 ? text.slice(slash + 1) : text,
    namespace: container.podNamespace || null,
    pod: container.podName || null,
    pod_uid: container.podUid || null,
  };
}

export const isPartial = (container: Container): boolean => (container.flags & ContainerFlag.partial) !== 0;
