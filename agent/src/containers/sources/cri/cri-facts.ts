import type { ContainerFacts } from '../../container-facts.ts';
import { labelList } from '../../oci-config.ts';
import type { ContainerStatus, SandboxStatus } from './cri-messages.ts';

const MOST_TEXT = 1024;
const clip = (text: string | undefined) => (text ?? '').slice(0, MOST_TEXT);

/**
 * Facts of a container of a pod.
 * @param sandbox undefined when the runtime has removed it already
 */
export function containerFacts(
  status: ContainerStatus,
  sandbox: SandboxStatus | undefined,
  runtime: string,
): Partial<ContainerFacts> {
  return {
    ...(sandbox ? podFacts(sandbox) : {}),
    id: status.id,
    runtime,
    name: clip(status.metadata?.name),
    image: imageName(status),
    imageDigest: digestOf(status.imageRef),
    labels: labelList(status.labels),
    started: nanoseconds(status.startedAt) || nanoseconds(status.createdAt),
  };
}

/** Facts of the container that holds the name spaces of a pod. It has neither name nor image of its own. */
export function sandboxFacts(sandbox: SandboxStatus, runtime: string): Partial<ContainerFacts> {
  return { ...podFacts(sandbox), id: sandbox.id, runtime, started: nanoseconds(sandbox.createdAt) };
}

function podFacts({ metadata, network, labels }: SandboxStatus): Partial<ContainerFacts> {
  return {
    podName: clip(metadata?.name),
    podNamespace: clip(metadata?.namespace),
    podUid: clip(metadata?.uid),
    ip: clip(network?.ip),
    podLabels: labelList(labels),
  };
}

/** The reference that the user gave. Some runtimes answer with the id of the image, which is no name. */
function imageName({ image }: ContainerStatus): string {
  const name = image?.userSpecifiedImage || image?.image || '';
  return /^(sha256:)?[0-9a-f]{64}$/.test(name) ? '' : clip(name);
}

/** `name@sha256:…` or `sha256:…`, as runtime and version have it. */
const digestOf = (reference: string) => clip(reference.slice(reference.lastIndexOf('@') + 1));

const nanoseconds = (digits: string): bigint => (/^\d{1,19}$/.test(digits) ? BigInt(digits) : 0n);

/** `containerd` and `cri-o` are how the agent calls them too. */
export const runtimeName = (name: string) => (name === 'containerd' || name === 'cri-o' ? name : '');
