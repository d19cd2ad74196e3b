import { fileURLToPath } from 'node:url';
import { type CallOptions, Client, type ClientReadableStream, credentials, Metadata, status } from '@grpc/grpc-js';
import { loadSync, type ServiceDefinition } from '@grpc/proto-loader';
import type { ContainerStatus, ListedContainer, SandboxStatus, Version } from './cri-messages.ts';

const PACKAGES = ['runtime.v1', 'runtime.v1alpha2'] as const;
const MOST_BYTES = 16 * 1024 * 1024;

/** Loaded at the first use: an agent without such a runtime never needs it. */
let loaded: ServiceDefinition | undefined;
function service(): ServiceDefinition {
  loaded ??= loadSync(fileURLToPath(new URL('cri.proto', import.meta.url)), { longs: String, defaults: true })[
    'runtime.v1.RuntimeService'
  ] as ServiceDefinition;
  return loaded;
}

/** Code of a gRPC error, undefined when it is another one. */
export const grpcCode = (error: unknown): number | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;

/**
 * Asks a container runtime over its socket with the Container Runtime Interface. Reconnects by itself. containerd before
 * 1.6 serves v1alpha2 only, which is found out at the first call.
 */
export class CriClient {
  readonly #client: Client;
  readonly #deadlineMs: number;
  #package: (typeof PACKAGES)[number] = PACKAGES[0];

  /** @param deadlineMs longest that one call may take */
  constructor(socket: string, deadlineMs: number) {
    this.#deadlineMs = deadlineMs;
    this.#client = new Client(`unix:${socket}`, credentials.createInsecure(), {
      'grpc.max_receive_message_length': MOST_BYTES,
      'grpc.initial_reconnect_backoff_ms': 200,
      'grpc.max_reconnect_backoff_ms': 2000,
      'grpc.enable_http_proxy': 0,
    });
  }

  version(): Promise<Version> {
    return this.#call('Version', {});
  }

  /** Undefined when the runtime does not know it. A shorter id finds what begins with it. */
  async listed(id: string): Promise<ListedContainer | undefined> {
    const { containers } = await this.#call<{ containers: ListedContainer[] }>('ListContainers', { filter: { id } });
    return containers.find((each) => each.id === id);
  }

  /** Undefined when the runtime does not know it. */
  container(id: string): Promise<ContainerStatus | undefined> {
    return this.#status('ContainerStatus', { containerId: id });
  }

  /** Undefined when the runtime does not know it. */
  sandbox(id: string): Promise<SandboxStatus | undefined> {
    return this.#status('PodSandboxStatus', { podSandboxId: id });
  }

  /** Ids of all containers and sandboxes, those that stopped too. */
  async ids(): Promise<Set<string>> {
    const [{ containers }, { items }] = await Promise.all([
      this.#call<{ containers: { id: string }[] }>('ListContainers', {}),
      this.#call<{ items: { id: string }[] }>('ListPodSandbox', {}),
    ]);
    return new Set([...containers, ...items].map(({ id }) => id));
  }

  /**
   * Calls back with the id of every container that is created, started, stopped or removed, until the stream ends.
   * @param onEnd called once, with UNIMPLEMENTED when the runtime has no such stream
   */
  watch(onId: (id: string) => void, onEnd: (code: number) => void): ClientReadableStream<object> {
    const { path, requestSerialize, responseDeserialize } = this.#method('GetContainerEvents');
    const decode = (bytes: Buffer) => responseDeserialize(bytes) as { containerId: string };
    const stream = this.#client.makeServerStreamRequest(path, requestSerialize, decode, {}, new Metadata(), {});
    stream.on('data', ({ containerId }) => onId(containerId));
    // 'status' follows an error too
    stream.on('error', () => undefined);
    stream.on('status', ({ code }) => onEnd(code));
    return stream;
  }

  close(): void {
    this.#client.close();
  }

  async #status<T extends { id: string }>(method: string, request: object): Promise<T | undefined> {
    try {
      const { status: found } = await this.#call<{ status: T | null }>(method, request);
      return found ?? undefined;
    } catch (error) {
      if (grpcCode(error) === status.NOT_FOUND) return undefined;
      throw error;
    }
  }

  async #call<T>(method: string, request: object): Promise<T> {
    const tried = this.#package;
    try {
      return await this.#once<T>(method, request);
    } catch (error) {
      if (grpcCode(error) !== status.UNIMPLEMENTED) throw error;
      // calls at the same time must not switch it to and fro
      this.#package = tried === PACKAGES[0] ? PACKAGES[1] : PACKAGES[0];
      return await this.#once<T>(method, request);
    }
  }

  #once<T>(method: string, request: object): Promise<T> {
    const { path, requestSerialize, responseDeserialize } = this.#method(method);
    const options: CallOptions = { deadline: Date.now() + this.#deadlineMs };
    return new Promise((resolve, reject) => {
      const decode = (bytes: Buffer) => responseDeserialize(bytes) as T;
      this.#client.makeUnaryRequest(
        path,
        requestSerialize,
        decode,
        request,
        new Metadata(),
        options,
        (error, answer) => {
          if (answer === undefined) reject(error ?? new Error(`${method} had no answer`));
          else resolve(answer);
        },
      );
    });
  }

  #method(name: string) {
    const method = service()[name];
    if (!method) throw new Error(`cri.proto has no method ${name}`);
    return { ...method, path: method.path.replace(PACKAGES[0], this.#package) };
  }
}
