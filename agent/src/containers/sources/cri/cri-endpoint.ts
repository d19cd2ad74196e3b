import { existsSync } from 'node:fs';
import { type ClientReadableStream, status } from '@grpc/grpc-js';
import { messageOf } from '@picket/sdk';
import { AgentError } from '../../../errors.ts';
import type { ContainerFacts } from '../../container-facts.ts';
import { CriClient, grpcCode } from './cri-client.ts';
import { containerFacts, runtimeName, sandboxFacts } from './cri-facts.ts';

/** One container runtime behind one socket. */
export class CriEndpoint {
  readonly socket: string;
  /** Why the last call failed; empty when it did not. */
  reason = '';
  readonly #client: CriClient;
  readonly #onId: (id: string) => void;
  #runtime = '';
  #seen = false;
  #stream: ClientReadableStream<object> | undefined;
  /** The runtime has no stream of events: it is not asked for it again before it was away. */
  #streamless = false;

  /**
   * @param onId called with the id of a container that has just changed
   * @param deadlineMs longest that one call may take
   */
  constructor(socket: string, onId: (id: string) => void, deadlineMs: number) {
    this.socket = socket;
    this.#onId = onId;
    this.#client = new CriClient(socket, deadlineMs);
  }

  /** Whether there is, or has been, something to ask. */
  get present(): boolean {
    this.#seen ||= existsSync(this.socket);
    return this.#seen;
  }

  /**
   * What the runtime knows of a container or sandbox; undefined when it does not know the id.
   * @throws AgentError SOURCE_UNAVAILABLE when it does not answer, METADATA_INVALID when it answers about another one
   */
  find(id: string): Promise<Partial<ContainerFacts> | undefined> {
    return this.#guarded(async () => {
      const [container, listed] = await Promise.all([this.#client.container(id), this.#client.listed(id)]);
      const sandbox = await this.#client.sandbox(container ? (listed?.podSandboxId ?? '') : id);
      if (!container && !sandbox) return undefined;
      if ((container ?? sandbox)?.id !== id) throw otherOne(this.socket, id);
      if (this.#runtime === '') await this.#greet();
      return container
        ? containerFacts(container, sandbox, this.#runtime)
        : sandbox && sandboxFacts(sandbox, this.#runtime);
    });
  }

  /**
   * Ids of all containers and sandboxes.
   * @throws AgentError SOURCE_UNAVAILABLE when it does not answer
   */
  ids(): Promise<Set<string>> {
    return this.#guarded(() => this.#client.ids());
  }

  /**
   * Asks whether it is there, and listens to its events when it has any.
   * @throws AgentError SOURCE_UNAVAILABLE when it does not answer
   */
  async check(): Promise<void> {
    await this.#guarded(() => this.#greet());
    if (this.#stream || this.#streamless) return;
    this.#stream = this.#client.watch(this.#onId, (code) => {
      this.#stream = undefined;
      this.#streamless = code === status.UNIMPLEMENTED;
    });
  }

  close(): void {
    this.#stream?.cancel();
    this.#client.close();
  }

  async #greet(): Promise<void> {
    this.#runtime = runtimeName((await this.#client.version()).runtimeName);
  }

  async #guarded<T>(ask: () => Promise<T>): Promise<T> {
    try {
      const answer = await ask();
      this.reason = '';
      return answer;
    } catch (cause) {
      if (cause instanceof AgentError) throw cause;
      this.#streamless = false;
      this.reason = unavailable(this.socket, cause);
      throw new AgentError('SOURCE_UNAVAILABLE', this.reason, { cause });
    }
  }
}

function unavailable(socket: string, cause: unknown): string {
  const what =
    grpcCode(cause) === status.PERMISSION_DENIED ? 'let the agent open it' : 'see whether the container runtime runs';
  return `the container runtime at ${socket} can not be asked (${messageOf(cause)}): ${what}`;
}

const otherOne = (socket: string, id: string) =>
  new AgentError('METADATA_INVALID', `${socket} answered about another container than ${id}: the answer is left out`);
