import { fileURLToPath } from 'node:url';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { loadSync, type ServiceDefinition } from '@grpc/proto-loader';

const DEADLINE_MS = 60_000;

/** Calls a container runtime over its socket, as a kubelet does. Close it at the end. */
export class CriCalls {
  readonly #client: Client;
  readonly #service: ServiceDefinition;

  constructor(socket: string) {
    this.#client = new Client(`unix:${socket}`, credentials.createInsecure(), { 'grpc.max_reconnect_backoff_ms': 500 });
    const path = fileURLToPath(new URL('cri-run.proto', import.meta.url));
    this.#service = loadSync(path, { longs: String, defaults: true })['runtime.v1.RuntimeService'] as ServiceDefinition;
  }

  /** @throws Error of gRPC with what the runtime said */
  call<T>(name: string, request: object): Promise<T> {
    const method = this.#service[name];
    if (!method) throw new Error(`cri-run.proto has no method ${name}`);
    const decode = (bytes: Buffer) => method.responseDeserialize(bytes) as T;
    const options = { deadline: Date.now() + DEADLINE_MS, waitForReady: true };
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        decode,
        request,
        new Metadata(),
        options,
        (error, answer) => (answer === undefined ? reject(error) : resolve(answer)),
      );
    });
  }

  close(): void {
    this.#client.close();
  }
}
