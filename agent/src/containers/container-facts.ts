/** What is known about a container besides its cgroup. Unknown texts are empty, unknown numbers 0. */
export interface ContainerFacts {
  readonly id: string;
  readonly name: string;
  /** docker, podman, containerd, cri-o, runc or crun. */
  readonly runtime: string;
  readonly image: string;
  readonly imageDigest: string;
  readonly ip: string;
  readonly podName: string;
  readonly podNamespace: string;
  readonly podUid: string;
  readonly workload: string;
  readonly serviceAccount: string;
  /** Its own labels, key=value. */
  readonly labels: readonly string[];
  /** Labels of its pod, key=value. */
  readonly podLabels: readonly string[];
  /** source:destination:mode */
  readonly mounts: readonly string[];
  readonly cni: string;
  readonly healthcheck: string;
  /** Command lines of the probes in the pod; empty for probes that run no command. */
  readonly livenessProbe: string;
  readonly readinessProbe: string;
  /** ns since 1970. */
  readonly started: bigint;
  readonly initPid: number;
  /** Start of the entrypoint process, CLOCK_BOOTTIME in ns, whole clock ticks. */
  readonly initStart: bigint;
  /** ContainerFlag bits but for `partial`. */
  readonly flags: number;
}

export const NO_FACTS: ContainerFacts = {
  id: '',
  name: '',
  runtime: '',
  image: '',
  imageDigest: '',
  ip: '',
  podName: '',
  podNamespace: '',
  podUid: '',
  workload: '',
  serviceAccount: '',
  labels: [],
  podLabels: [],
  mounts: [],
  cni: '',
  healthcheck: '',
  livenessProbe: '',
  readinessProbe: '',
  started: 0n,
  initPid: 0,
  initStart: 0n,
  flags: 0,
};
