import type { Log } from '@picket/sdk';
import { CriSource } from './cri/cri-source.ts';
import { DockerSource } from './docker/docker-source.ts';
import { KubernetesSource } from './kubernetes/kubernetes-source.ts';
import type { MetadataSource } from './metadata-source.ts';

export interface SourceConfig {
  /** Name of this node, as Kubernetes knows it. */
  readonly node: string;
  readonly criSockets: readonly string[];
  readonly dockerSockets: readonly string[];
  /** Mount point of cgroup2. */
  readonly cgroupRoot: string;
  /** File that says how to reach Kubernetes, or `in-cluster`; undefined asks no Kubernetes. */
  readonly kubeconfig: string | undefined;
}

/** The sources that are asked after the files of OCI runtimes, in their order: engines, then Kubernetes. */
export function createSources(config: SourceConfig, log: Log): MetadataSource[] {
  return [
    new CriSource({ sockets: config.criSockets, log }),
    new DockerSource({ sockets: config.dockerSockets, cgroupRoot: config.cgroupRoot, log }),
    ...(config.kubeconfig === undefined
      ? []
      : [new KubernetesSource({ kubeconfig: config.kubeconfig, node: config.node, log })]),
  ];
}
