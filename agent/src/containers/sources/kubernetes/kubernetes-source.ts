import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeConfig, V1Pod } from '@kubernetes/client-node';
import { type Log, messageOf } from '@picket/sdk';
import type { ContainerFacts } from '../../container-facts.ts';
import type { MetadataSource, MetadataTarget, SourceHealth } from '../metadata-source.ts';
import { JobOwners } from './job-owners.ts';
import { podFacts, podUids, workloadOf } from './pod-facts.ts';
import { type ProbeFacts, podProbes } from './pod-probes.ts';
import { watchPods } from './pod-watch.ts';

export interface KubernetesSourceOptions {
  /** A kubeconfig file, or `in-cluster` for the service account of the pod that the agent runs in. */
  readonly kubeconfig: string;
  readonly node: string;
  readonly log: Log;
  /** Pause after the first failure, in ms; doubles up to a minute. */
  readonly pauseMs?: number;
}

interface KnownPod {
  readonly facts: Partial<ContainerFacts>;
  /** By the full id of the container. */
  readonly probes: Readonly<Record<string, ProbeFacts>>;
  /** When it was deleted, in ms of performance.now(). */
  goneAt: number | undefined;
}

/** Late events of a pod that was deleted still find it. */
const GONE_MS = 300_000;
const MOST_PAUSE_MS = 60_000;

/** The pods of this node, from the Kubernetes API: labels as they are now, owner, service account, address. */
export class KubernetesSource implements MetadataSource {
  readonly name = 'kubernetes';
  readonly #options: KubernetesSourceOptions;
  readonly #pods = new Map<string, KnownPod>();
  readonly #stopped = new AbortController();
  readonly #firstPause: number;
  #pause: number;
  #jobs: JobOwners | undefined;
  #onChange: (id: string) => void = () => undefined;
  #reason = 'Kubernetes has not answered yet';
  #errors = 0;

  constructor(options: KubernetesSourceOptions) {
    this.#options = options;
    this.#firstPause = options.pauseMs ?? 1000;
    this.#pause = this.#firstPause;
  }

  start(onChange: (id: string) => void): void {
    this.#onChange = onChange;
    void this.#run();
  }

  stop(): void {
    this.#stopped.abort();
  }

  covers({ podUid }: MetadataTarget): boolean {
    return podUid !== undefined;
  }

  async find({ podUid, id }: MetadataTarget): Promise<Partial<ContainerFacts> | undefined> {
    const pod = this.#pods.get(podUid ?? '');
    return pod && { ...pod.facts, ...pod.probes[id ?? ''] };
  }

  health(): SourceHealth {
    const failing = this.#reason !== '';
    return { state: failing ? 'failing' : 'ok', errors: this.#errors, ...(failing ? { reason: this.#reason } : {}) };
  }

  /** Begins anew after every failure: the server may be away for long, and its credentials may change. */
  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    const events = { onList: (pods: readonly V1Pod[]) => this.#listed(pods), onPod: this.#changed.bind(this) };
    while (!signal.aborted) {
      try {
        const config = await this.#config();
        this.#jobs = new JobOwners(config);
        await watchPods(config, this.#options.node, events, signal);
      } catch (error) {
        this.#failed(messageOf(error));
        await sleep(this.#pause, undefined, { signal, ref: false }).catch(() => undefined);
        this.#pause = Math.min(this.#pause * 2, MOST_PAUSE_MS);
      }
    }
  }

  async #config(): Promise<KubeConfig> {
    const client = await import('@kubernetes/client-node');
    const config = new client.KubeConfig();
    if (this.#options.kubeconfig === 'in-cluster') config.loadFromCluster();
    else config.loadFromFile(this.#options.kubeconfig);
    return config;
  }

  #failed(why: string): void {
    this.#errors++;
    const reason = `the pods of this node can not be watched (${why}): see PICKET_KUBECONFIG and whether Kubernetes runs`;
    if (this.#reason !== reason && !this.#stopped.signal.aborted)
      this.#options.log.warn('Kubernetes can not be asked: labels and owners of pods stay as they were', { why });
    this.#reason = reason;
  }

  #listed(pods: readonly V1Pod[]): void {
    this.#reason = '';
    this.#pause = this.#firstPause;
    const listed = new Set(pods.flatMap(podUids));
    for (const [uid, known] of this.#pods) if (!listed.has(uid)) known.goneAt ??= performance.now();
    for (const pod of pods) void this.#changed(pod, false);
    this.#forgetGone();
  }

  /** Never throws: the client would swallow it. */
  async #changed(pod: V1Pod, gone: boolean): Promise<void> {
    if (gone) {
      for (const uid of podUids(pod)) {
        const known = this.#pods.get(uid);
        if (known) known.goneAt ??= performance.now();
      }
      this.#forgetGone();
      return;
    }
    this.#keep(pod);
    if (await this.#jobs?.lookUp(pod)) this.#keep(pod);
  }

  #keep(pod: V1Pod): void {
    const facts = podFacts(pod, this.#jobs?.known(pod) ?? workloadOf(pod));
    const probes = podProbes(pod);
    const told = JSON.stringify([facts, probes]);
    for (const uid of podUids(pod)) {
      const known = this.#pods.get(uid);
      this.#pods.set(uid, { facts, probes, goneAt: undefined });
      if (!known || JSON.stringify([known.facts, known.probes]) !== told) this.#onChange(uid);
    }
  }

  #forgetGone(): void {
    const before = performance.now() - GONE_MS;
    for (const [uid, { goneAt }] of this.#pods) if (goneAt !== undefined && goneAt < before) this.#pods.delete(uid);
  }
}
