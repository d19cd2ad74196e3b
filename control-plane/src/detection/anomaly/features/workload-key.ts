import { ContainerFlag } from '@picket/sdk';
import type { Container } from '../../../types.ts';
import { splitImage } from '../../rules/fields/image-name.ts';
import { NameTrust, shapeName } from './paths/name-shape.ts';

/** What containers have in common that are expected to do the same. */
export interface WorkloadKey {
  /** namespace/workload/container/image repository without what is empty, and without what changes from one run to the next. */
  readonly key: string;
  /** Digest of the image, its tag where no digest is known. */
  readonly digest: string;
  /** Image repository, without tag and digest. */
  readonly image: string;
}

const UNFIT = ContainerFlag.partial | ContainerFlag.sandbox;
/** What a ReplicaSet adds to the name of its Deployment, and a CronJob to that of its Jobs. */
const REPLICA_SET = /-[0-9a-z]{8,10}$/;
const JOB = /-\d{8,}$/;
const MOST = 512;

/** The workload of a container; undefined for a sandbox, and while its metadata is not known. */
export function workloadKey(container: Container): WorkloadKey | undefined {
  if ((container.flags & UNFIT) !== 0 || container.image === '') return undefined;
  const { repository, tag, digest } = splitImage(container.image);
  const workload = workloadName(container);
  const parts = [container.podNamespace, workload, nameOf(container.name), repository];
  return {
    key: parts
      .filter((part) => part !== '')
      .map((part) => part.slice(0, MOST))
      .join('/'),
    digest: container.imageDigest || digest || (tag === '' ? 'latest' : tag),
    image: repository,
  };
}

/** Kind and name of the owner of a pod; empty for a container that is in none. */
function workloadName({ podUid, workload }: Container): string {
  if (podUid === '') return '';
  const [kind = '', name = ''] = workload.includes('/') ? workload.split('/', 2) : ['', workload];
  if (kind === 'ReplicaSet') return `Deployment/${name.replace(REPLICA_SET, '')}`;
  if (kind === 'Job') return `Job/${name.replace(JOB, '')}`;
  return `${kind || 'Pod'}/${nameOf(name)}`;
}

/** A name without the numbers that tell one run from another: `ci-17` is `ci-*`. */
const nameOf = (name: string): string => shapeName(name, NameTrust.usual);
