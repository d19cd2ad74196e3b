import type { Alert } from '@picket/sdk';
import type { PicketClient } from '@picket/sdk/client';

/** An alert, or a new revision of one, as it came in. */
export interface Arrival {
  readonly alert: Alert;
  /** ms since 1970. */
  readonly at: number;
  /** ms since 1970 of the event that made or raised it. */
  readonly eventAt: number;
}

/** Follows the live alerts of one container that somebody is to look at. */
export class AlertWatch {
  readonly arrivals: Arrival[] = [];
  readonly #client: PicketClient;
  readonly #containerId: string;
  readonly #stop = new AbortController();
  #failure: unknown;
  #ended: Promise<void> = Promise.resolve();

  constructor(client: PicketClient, containerId: string) {
    this.#client = client;
    this.#containerId = containerId;
  }

  /** Resolves once the stream is live. @throws PicketApiError when it is refused */
  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#ended = this.#follow(resolve).catch((error: unknown) => {
        this.#failure = error;
        reject(error);
      });
    });
  }

  /** @throws what broke the stream, if anything did */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
    if (this.#failure) throw this.#failure;
  }

  async #follow(onOpen: () => void): Promise<void> {
    const stream = this.#client.alerts.stream({ signal: this.#stop.signal, onOpen });
    for await (const alert of stream) {
      const at = Date.now();
      if (alert.container?.full_id !== this.#containerId) continue;
      // every act of the demo is brought in from outside, which is told, but calls nobody
      if (alert.priority === 'Informational') continue;
      this.arrivals.push({ alert, at, eventAt: Date.parse(alert.revision === 1 ? alert.time : alert.last_seen) });
    }
  }
}
