import type { V1OwnerReference, V1Pod } from '@kubernetes/client-node';
import { ContainerFlag } from '@picket/sdk';
import type { ContainerFacts } from '../../container-facts.ts';
import { labelList } from '../../oci-config.ts';

/** The kubelet runs pods from files under a UID of its own and mirrors them to the API under another. */
const MIRROR = 'kubernetes.io/config.hash';
const HASH = 'pod-template-hash';

/** UIDs by which cgroups and runtimes of the node may call a pod. */
export function podUids(pod: V1Pod): string[] {
  const uids = [pod.metadata?.uid, pod.metadata?.annotations?.[MIRROR]];
  return uids.flatMap((uid) => (uid ? [uid] : []));
}

/**
 * Facts of all containers of a pod.
 * @param workload its owner as kind/name
 */
export function podFacts(pod: V1Pod, workload: string): Partial<ContainerFacts> {
  const { metadata, spec, status } = pod;
  return {
    podName: metadata?.name ?? '',
    podNamespace: metadata?.namespace ?? '',
    podLabels: labelList(metadata?.labels ?? {}),
    serviceAccount: spec?.serviceAccountName ?? '',
    ip: status?.podIP ?? '',
    workload,
    flags: (spec?.hostNetwork ? ContainerFlag.hostNetwork : 0) | (spec?.hostPID ? ContainerFlag.hostPid : 0),
  };
}

/** The object that made a pod; undefined for one that somebody made by hand. */
export function controllerOf(owners: readonly V1OwnerReference[] | undefined): V1OwnerReference | undefined {
  return owners?.find((owner) => owner.controller) ?? owners?.[0];
}

/**
 * The workload that the pod itself tells, as kind/name. A ReplicaSet of a Deployment bears its name and the hash that
 * every pod of it has as a label.
 */
export function workloadOf(pod: V1Pod): string {
  const owner = controllerOf(pod.metadata?.ownerReferences);
  if (!owner || owner.kind === 'Node') return `Pod/${pod.metadata?.name ?? ''}`;
  const tail = `-${pod.metadata?.labels?.[HASH] ?? ''}`;
  return owner.kind === 'ReplicaSet' && tail !== '-' && owner.name.endsWith(tail)
    ? `Deployment/${owner.name.slice(0, -tail.length)}`
    : `${owner.kind}/${owner.name}`;
}
