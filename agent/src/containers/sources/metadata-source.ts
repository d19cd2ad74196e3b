import type { ContainerFacts } from '../container-facts.ts';

/** The container that is looked for. */
export interface MetadataTarget {
  /** Path of its cgroup below the cgroup2 root. */
  readonly path: string;
  /** Its id when the path tells. */
  readonly id?: string;
  /** UID of its pod when the path tells. */
  readonly podUid?: string;
  /** Runtime when the path tells, else empty. */
  readonly runtime: string;
}

/** How a source is, for the heartbeat and the metrics. */
export interface SourceHealth {
  /** `absent`: nothing to ask on this node (no socket, no folder). */
  readonly state: 'ok' | 'absent' | 'failing';
  /** Why it fails, with what to do. */
  readonly reason?: string;
  /** Answers that could not be used or had, since start. */
  readonly errors: number;
}

/** One place that knows containers: the state folders of OCI runtimes, an engine's API, Kubernetes. */
export interface MetadataSource {
  /** oci, cri, docker, kubernetes. */
  readonly name: string;
  /**
   * Begins to watch. `onChange` is called with the id of a container (or the UID of a pod) whenever what is known of it
   * may have grown. Never throws: a source that is not there is looked for again while the agent runs.
   */
  start(onChange: (id: string) => void): void;
  /** What this source knows of a container now; undefined when it does not know it. Only known members are set. */
  find(target: MetadataTarget): Promise<Partial<ContainerFacts> | undefined>;
  health(): SourceHealth;
  stop(): void;
}
