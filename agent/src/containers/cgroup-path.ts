/** What the path of a cgroup says about the container that it belongs to. */
export interface CgroupClass {
  /** Id of the container as far as the path tells. */
  readonly id: string;
  /** docker, podman, containerd, cri-o, runc or crun; empty when the path does not tell. */
  readonly runtime: string;
  /** Path of the cgroup of the container: the path itself, or the one it lies below. */
  readonly root: string;
  readonly podUid?: string;
  readonly qos?: 'guaranteed' | 'burstable' | 'besteffort';
}

const HEX_ID = /^[0-9a-f]{12,64}$/;
const FULL_ID = /^[0-9a-f]{64}$/;
/** As runtimes allow it; never `.` or `..`, it becomes part of a path. */
const ID = /^[\w+-][\w.+-]*$/;
const SCOPE = /^(docker|cri-containerd|crio|libpod|nerdctl|runc|crun)-(.+)\.scope$/;
/** The cgroupfs driver of containerd given a systemd style path makes one folder of all three parts. */
const COLON = /^(.+\.slice):(docker|cri-containerd|crio|libpod):(.+)$/;
const POD_SLICE = /(?:^|-)kubepods(?:-(burstable|besteffort))?-pod([0-9a-fA-F_]+)\.slice$/;
const POD_FOLDER = /^pod([0-9a-fA-F-]{32,36})$/;
/** conmon watches a container of podman or CRI-O from its own cgroup. */
const SUPPORT = /^(?:(?:libpod|crio)-)?conmon(?:-.+)?(?:\.scope)?$/;
const PARENTS = new Set(['docker', 'libpod_parent', 'kubepods', 'burstable', 'besteffort', 'kubelet', 'init.scope']);

const RUNTIMES: Readonly<Record<string, string>> = {
  docker: 'docker',
  'cri-containerd': 'containerd',
  nerdctl: 'containerd',
  crio: 'cri-o',
  libpod: 'podman',
  runc: 'runc',
  crun: 'crun',
};

/**
 * Reads the path of a cgroup below the cgroup2 root (`/docker/<id>`). The outermost container wins: a cgroup below the
 * cgroup of a container belongs to that container.
 * @returns undefined when the path alone does not show a container
 */
export function classifyCgroup(path: string): CgroupClass | undefined {
  const segments = path.split('/').filter((segment) => segment !== '');
  for (const [i, segment] of segments.entries()) {
    if (SUPPORT.test(segment)) return undefined;
    const found = containerOf(segment, segments[i - 1] ?? '');
    if (!found) continue;
    const above = found.slice === undefined ? segments.slice(0, i) : [...segments.slice(0, i), found.slice];
    return {
      id: found.id,
      runtime: found.runtime,
      root: `/${segments.slice(0, i + 1).join('/')}`,
      ...podOf(above),
    };
  }
  return undefined;
}

/** Whether a path is a folder for containers, or of their helpers (conmon): never a container itself. */
export function isContainerParent(path: string): boolean {
  const last = path.slice(path.lastIndexOf('/') + 1);
  return last === '' || last.endsWith('.slice') || PARENTS.has(last) || POD_FOLDER.test(last) || SUPPORT.test(last);
}

interface Found {
  readonly id: string;
  readonly runtime: string;
  /** Slice that is written into the same segment. */
  readonly slice?: string;
}

function containerOf(segment: string, parent: string): Found | undefined {
  const scope = SCOPE.exec(segment);
  if (scope) return found(scope[1], scope[2]);
  const colon = COLON.exec(segment);
  if (colon) {
    const container = found(colon[2], colon[3]);
    return container && { ...container, slice: colon[1] ?? '' };
  }
  if (parent === 'docker' && HEX_ID.test(segment)) return { id: segment, runtime: 'docker' };
  const libpod = /^libpod-(?:payload-)?([0-9a-f]{12,64})$/.exec(segment);
  if (libpod) return found('libpod', libpod[1]);
  if (POD_FOLDER.test(parent)) return podChild(segment);
  return FULL_ID.test(segment) ? { id: segment, runtime: '' } : undefined;
}

function podChild(segment: string): Found | undefined {
  const crio = /^crio-(.+)$/.exec(segment);
  if (crio) return found('crio', crio[1]);
  return ID.test(segment) ? { id: segment, runtime: '' } : undefined;
}

function found(prefix: string | undefined, id: string | undefined): Found | undefined {
  const runtime = RUNTIMES[prefix ?? ''];
  return runtime === undefined || id === undefined || !ID.test(id) ? undefined : { id, runtime };
}

/** systemd writes the dashes of a pod UID as underscores. */
function podOf(segments: readonly string[]): Pick<CgroupClass, 'podUid' | 'qos'> {
  for (const [i, segment] of segments.entries()) {
    const slice = POD_SLICE.exec(segment);
    if (slice?.[2] !== undefined) return { podUid: slice[2].replaceAll('_', '-'), qos: qosOf(slice[1]) };
    const folder = POD_FOLDER.exec(segment);
    if (folder?.[1] !== undefined) return { podUid: folder[1], qos: qosOf(segments[i - 1]) };
  }
  return {};
}

const qosOf = (name: string | undefined) => (name === 'burstable' || name === 'besteffort' ? name : 'guaranteed');
