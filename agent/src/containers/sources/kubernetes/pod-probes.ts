import type { V1Pod, V1Probe } from '@kubernetes/client-node';
import type { ContainerFacts } from '../../container-facts.ts';

/** Probes of one container of a pod. */
export type ProbeFacts = Pick<ContainerFacts, 'livenessProbe' | 'readinessProbe'>;

const MOST = 1024;

/**
 * Probes of the containers of a pod by their full ids, those that have any. An id is in the status of the pod some time after
 * the container was made.
 */
export function podProbes({ spec, status }: V1Pod): Readonly<Record<string, ProbeFacts>> {
  const ids = new Map(status?.containerStatuses?.map(({ name, containerID }) => [name, idOf(containerID)]));
  const probes = (spec?.containers ?? []).flatMap(({ name, livenessProbe, readinessProbe }) => {
    const id = ids.get(name) ?? '';
    const facts = { livenessProbe: commandOf(livenessProbe), readinessProbe: commandOf(readinessProbe) };
    return id === '' || (facts.livenessProbe === '' && facts.readinessProbe === '') ? [] : [[id, facts] as const];
  });
  return Object.fromEntries(probes);
}

/** `containerd://…` */
const idOf = (reference: string | undefined) => reference?.slice(reference.indexOf('://') + '://'.length) ?? '';

/** The kubelet does the other kinds of probes itself: they run nothing in the container. */
const commandOf = (probe: V1Probe | undefined) => (probe?.exec?.command ?? []).join(' ').slice(0, MOST);
