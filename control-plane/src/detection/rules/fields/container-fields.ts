import { ContainerFlag, Header, HeaderFlag } from '@picket/sdk';
import type { Container } from '../../../types.ts';
import { compileGlob } from '../compile/glob.ts';
import type { EventContext } from './event-context.ts';
import { bool, type FieldFactory, type FieldTable, number, text, texts } from './field-source.ts';
import { splitImage } from './image-name.ts';

const SHORT_ID = 12;
const HASH = 'pod-template-hash=';

const textOf =
  (get: (container: Container) => string | undefined): FieldFactory =>
  () =>
    text((c) => (c.container && get(c.container)) || undefined);

const label: FieldFactory = ({ argument }) => {
  const prefix = `${argument}=`;
  return text((c) => c.container?.labels.find((entry) => entry.startsWith(prefix))?.slice(prefix.length));
};

/** An event whose container is not known yet is not an event of the host: its id is the empty text, no other. */
const id: FieldFactory = () =>
  text((c) => {
    const full = c.container?.id;
    if (full) return full.slice(0, SHORT_ID);
    return (c.cursor.flags & HeaderFlag.host) !== 0 ? 'host' : '';
  });

const nowNs = (c: EventContext): number => Number(c.cursor.big(Header.time) + c.wallOffset);

/** Fields of the container and pod of the event, `container.*` and `k8s.*`. */
export const CONTAINER_FIELDS: FieldTable = {
  'container.id': id,
  'container.full_id': textOf((x) => x.id),
  'container.name': textOf((x) => x.name),
  'container.image': textOf((x) => x.image),
  'container.image.repository': textOf((x) => splitImage(x.image).repository),
  'container.image.tag': textOf((x) => splitImage(x.image).tag),
  'container.image.digest': textOf((x) => x.imageDigest || splitImage(x.image).digest),
  'container.type': textOf((x) => x.runtime),
  'container.privileged': () => bool((c) => privileged(c.container)),
  'container.start_ts': () => number((c) => c.container?.started || Number.NaN),
  'container.duration': () => number((c) => (c.container?.started ? nowNs(c) - c.container.started : Number.NaN)),
  'container.mounts': () => texts((c) => c.container?.mounts),
  'container.mount.dest': ({ argument }) => {
    const matches = compileGlob(argument ?? '');
    return text((c) => mounts(c).find((mount) => matches(mount.source))?.destination);
  },
  'container.mount.source': ({ argument = '' }) => {
    if (/^\d+$/.test(argument)) return text((c) => mounts(c)[Number(argument)]?.source);
    const matches = compileGlob(argument);
    return text((c) => mounts(c).find((mount) => matches(mount.destination))?.source);
  },
  'container.ip': () => ({ type: 'ip-text', get: (c) => c.container?.ip || undefined }),
  'container.cni.json': textOf((x) => x.cni),
  'container.label': label,
  'container.healthcheck': textOf((x) => x.healthcheck),
  'container.liveness_probe': textOf((x) => x.livenessProbe),
  'container.readiness_probe': textOf((x) => x.readinessProbe),
  'k8s.ns.name': textOf((x) => x.podNamespace),
  'k8s.pod.name': textOf((x) => x.podName),
  'k8s.pod.id': textOf((x) => x.podUid),
  'k8s.pod.uid': textOf((x) => x.podUid),
  'k8s.pod.label': label,
  'k8s.pod.labels': () => texts((c) => (c.container?.podUid ? c.container.labels : undefined)),
  'k8s.pod.ip': () => ({
    type: 'ip-text',
    get: (c) => (c.container?.podUid ? c.container.ip || undefined : undefined),
  }),
  'k8s.rc.name': textOf((x) => owner(x, 'replicationcontroller')),
  'k8s.rs.name': textOf((x) => owner(x, 'replicaset') ?? replicaSetOf(x)),
  'k8s.deployment.name': textOf((x) => owner(x, 'deployment') ?? owner(x, 'replicaset')?.replace(/-[^-]+$/, '')),
};

/** Not known before the metadata is complete, unless it was found to be so. */
function privileged(container: Container | undefined): boolean | undefined {
  if (!container) return undefined;
  if ((container.flags & ContainerFlag.privileged) !== 0) return true;
  return (container.flags & ContainerFlag.partial) !== 0 ? undefined : false;
}

function mounts(c: EventContext): { source: string; destination: string }[] {
  return (c.container?.mounts ?? []).map((mount) => {
    const parts = /^(.*):([^:]*):([^:]*)$/.exec(mount);
    return { source: parts?.[1] ?? mount, destination: parts?.[2] ?? '' };
  });
}

/** The ReplicaSet of a Deployment bears its name and the hash that each of its pods has as a label. */
function replicaSetOf(container: Container): string | undefined {
  const deployment = owner(container, 'deployment');
  const hash = container.labels.find((entry) => entry.startsWith(HASH))?.slice(HASH.length);
  return deployment && hash ? `${deployment}-${hash}` : undefined;
}

/** The name of the owner of a pod when it is of a kind; workloads are written kind/name. */
function owner(container: Container, kind: string): string | undefined {
  const slash = container.workload.indexOf('/');
  if (container.podUid === '' || slash < 0) return undefined;
  return container.workload.slice(0, slash).toLowerCase() === kind ? container.workload.slice(slash + 1) : undefined;
}
