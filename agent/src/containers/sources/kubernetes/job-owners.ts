import type { KubeConfig, V1Pod } from '@kubernetes/client-node';
import { controllerOf } from './pod-facts.ts';

const MOST_KNOWN = 1024;

/** Finds the CronJob behind the Job of a pod. The name of the Job does not tell: anyone may call one `backup-12345678`. */
export class JobOwners {
  readonly #config: KubeConfig;
  /** Owner by UID of the Job; empty for one without an owner, or that may not be read. */
  readonly #known = new Map<string, string>();

  constructor(config: KubeConfig) {
    this.#config = config;
  }

  /** The owner of the Job of a pod as kind/name, as far as it was looked up. */
  known(pod: V1Pod): string | undefined {
    return this.#known.get(jobOf(pod)?.uid ?? '') || undefined;
  }

  /** Looks the owner of the Job of a pod up, once. Answers whether `known` may say more now. */
  async lookUp(pod: V1Pod): Promise<boolean> {
    const job = jobOf(pod);
    const namespace = pod.metadata?.namespace;
    if (!job || namespace === undefined || this.#known.has(job.uid)) return false;
    this.#known.set(job.uid, '');
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_KNOWN && oldest !== undefined) this.#known.delete(oldest);
    const owner = await this.#ask(namespace, job.name);
    this.#known.set(job.uid, owner);
    return owner !== '';
  }

  async #ask(namespace: string, name: string): Promise<string> {
    const { BatchV1Api } = await import('@kubernetes/client-node');
    try {
      const { metadata } = await this.#config.makeApiClient(BatchV1Api).readNamespacedJob({ namespace, name });
      const owner = controllerOf(metadata?.ownerReferences);
      return owner ? `${owner.kind}/${owner.name}` : '';
    } catch {
      // Gone, or not allowed to this account: then the Job itself is named, which is true as far as it goes.
      return '';
    }
  }
}

function jobOf(pod: V1Pod) {
  const owner = controllerOf(pod.metadata?.ownerReferences);
  return owner?.kind === 'Job' ? owner : undefined;
}
