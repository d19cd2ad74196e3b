import { fileURLToPath } from 'node:url';
import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

export interface FakeOptions {
  /** The version of the interface that it serves. */
  readonly package?: 'runtime.v1' | 'runtime.v1alpha2';
  /** Has a stream of events. */
  readonly events?: boolean;
  /** Takes calls and never answers. */
  readonly silent?: boolean;
}

type Request = Readonly<Record<string, string>> & { readonly filter?: { readonly id: string } | null };
type Reply = (request: Request) => object | undefined;

/** A container runtime that serves the Container Runtime Interface and knows what a test tells it. */
export class FakeRuntime {
  readonly containers = new Map<string, object>();
  readonly sandboxes = new Map<string, object>();
  readonly #server = new Server();
  readonly #streams: ServerWritableStream<object, object>[] = [];
  readonly watched = () => this.#streams.length;

  static async listen(socket: string, options: FakeOptions = {}): Promise<FakeRuntime> {
    const runtime = new FakeRuntime();
    runtime.#serve(options);
    await new Promise<void>((resolve, reject) => {
      const done = (error: Error | null) => (error ? reject(error) : resolve());
      runtime.#server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), done);
    });
    return runtime;
  }

  /** A container with its sandbox; `more` changes what it answers. */
  add(id: string, sandbox: string, more: { image?: string; id?: string } = {}): void {
    this.containers.set(id, {
      id: more.id ?? id,
      podSandboxId: sandbox,
      metadata: { name: 'web' },
      startedAt: '1795448332195587034',
      image: { image: more.image ?? 'registry.example/shop/web:1.4' },
      imageRef: `registry.example/shop/web@sha256:${'e'.repeat(64)}`,
      labels: { release: 'one' },
    });
    this.sandboxes.set(sandbox, {
      id: sandbox,
      metadata: { name: 'shop-1', uid: 'uid-of-pod', namespace: 'prod' },
      network: { ip: '10.0.0.9' },
      labels: { app: 'shop' },
    });
  }

  /** Sends an event of a container. */
  tell(containerId: string): void {
    for (const stream of this.#streams) stream.write({ containerId });
  }

  stop(): void {
    this.#server.forceShutdown();
  }

  #serve({ package: version = 'runtime.v1', events = false, silent = false }: FakeOptions): void {
    const loaded = loadSync(fileURLToPath(new URL('../cri.proto', import.meta.url)), { longs: String, defaults: true });
    const service = loaded['runtime.v1.RuntimeService'] as ServiceDefinition;
    const replies: Record<string, Reply> = {
      Version: () => ({ runtimeName: 'cri-o', runtimeVersion: '1' }),
      ListContainers: ({ filter }) => ({
        containers: filter ? [this.containers.get(filter.id)].filter(Boolean) : [...this.containers.values()],
      }),
      ListPodSandbox: () => ({ items: [...this.sandboxes.values()] }),
      ContainerStatus: ({ containerId }) => found(this.containers.get(containerId ?? '')),
      PodSandboxStatus: ({ podSandboxId }) => found(this.sandboxes.get(podSandboxId ?? '')),
    };
    for (const [name, reply] of Object.entries(replies)) {
      const method = service[name];
      if (!method) throw new Error(`cri.proto has no method ${name}`);
      const path = method.path.replace('runtime.v1', version);
      this.#server.addService({ [name]: { ...method, path } }, { [name]: silent ? () => undefined : unary(reply) });
    }
    const stream = service.GetContainerEvents;
    if (events && stream)
      this.#server.addService(
        { GetContainerEvents: stream },
        { GetContainerEvents: (call: ServerWritableStream<object, object>) => void this.#streams.push(call) },
      );
  }
}

const found = (each: object | undefined) => (each ? { status: each } : undefined);

const unary = (reply: Reply) => (call: ServerUnaryCall<Request, object>, answer: sendUnaryData<object>) => {
  const value = reply(call.request);
  if (value) answer(null, value);
  else answer({ code: status.NOT_FOUND, details: 'no such thing' });
};
