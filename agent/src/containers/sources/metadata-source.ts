import type { ContainerFacts } from '../container-facts.ts';

/** The container that is looked for. What sources before told is in it already. */
export interface MetadataTarget {
  /** Path of its cgroup below the cgroup2 root. */
  readonly path: string;
  /** Its id when the path or a source before tells. */
  readonly id?: string;
  /** UID of its pod when the path or a source before tells. */
  readonly podUid?: string;
  /** Runtime when the path or a source before tells, else empty. */
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
  /**
   * Whether such a container is one of this source: only then it is asked, and the metadata counts as partial until it
   * answered, unless it is absent.
   */
  covers(target: MetadataTarget): boolean;
  /** What this source knows of a container now; undefined when it does not know it. Only known members are set. */
  find(target: MetadataTarget): Promise<Partial<ContainerFacts> | undefined>;
  /** What it can tell at once, without asking anybody; undefined when that is nothing. */
  remembered?(target: MetadataTarget): Partial<ContainerFacts> | undefined;
  health(): SourceHealth;
  stop(): void;
}
