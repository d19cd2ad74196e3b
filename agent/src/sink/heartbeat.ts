import type { NatsConnection } from '@nats-io/transport-node';
import { statusSubject } from '@picket/sdk';
import type { AgentStatus } from './status.ts';

/** Says on the status subject of the node how the agent is: at every connection, every interval, and at the end. */
export class Heartbeat {
  readonly #subject: string;
  readonly #status: () => AgentStatus;
  readonly #timer: NodeJS.Timeout;
  #connection: NatsConnection | undefined;

  constructor(token: string, intervalMs: number, status: () => AgentStatus) {
    this.#subject = statusSubject(token);
    this.#status = status;
    this.#timer = setInterval(() => this.beat(), intervalMs).unref();
  }

  up(connection: NatsConnection): void {
    this.#connection = connection;
    this.beat();
  }

  down(): void {
    this.#connection = undefined;
  }

  /** Says it now; says nothing while the bus is away, the next beat will. */
  beat(): void {
    if (this.#connection && !this.#connection.isClosed())
      this.#connection.publish(this.#subject, JSON.stringify(this.#status()));
  }

  stop(): void {
    this.beat();
    clearInterval(this.#timer);
  }
}
