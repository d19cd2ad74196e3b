import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import { type Alert, messageOf, type PicketError } from '@picket/sdk';
import { ControlPlaneError } from '../errors.ts';
import { parseAlert } from './parse-alert.ts';

/** Message ids remembered to tell what was published again. */
const REMEMBERED = 4096;

/**
 * Alerts of all replicas as they are published, for live views. Nothing is repeated: what passes while the bus is
 * away is only in the store.
 */
export class AlertFeed {
  readonly #onError: (error: PicketError) => void;
  readonly #listeners = new Set<(alert: Alert) => void>();
  readonly #recent = new Set<string>();
  readonly #subscription: Subscription;

  constructor(nats: NatsConnection, onError: (error: PicketError) => void) {
    this.#onError = onError;
    this.#subscription = nats.subscribe('picket.alerts.>', {
      callback: (error, message) => {
        if (!error && this.#listeners.size > 0) this.#take(message);
      },
    });
  }

  /** Calls back for every alert until the returned function is called. */
  listen(listener: (alert: Alert) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#subscription.unsubscribe();
    this.#listeners.clear();
  }

  #take(message: Msg): void {
    if (this.#isRepeated(message.headers?.get('Nats-Msg-Id'))) return;
    const alert = parseAlert(message.data);
    if (alert instanceof ControlPlaneError) this.#onError(alert);
    else for (const listener of this.#listeners) this.#tell(listener, alert);
  }

  #tell(listener: (alert: Alert) => void, alert: Alert): void {
    try {
      listener(alert);
    } catch (cause) {
      this.#onError(new ControlPlaneError('HANDLER_FAILED', `a live view failed: ${messageOf(cause)}`, { cause }));
    }
  }

  #isRepeated(id: string | undefined): boolean {
    if (!id) return false;
    if (this.#recent.has(id)) return true;
    this.#recent.add(id);
    if (this.#recent.size > REMEMBERED) this.#recent.delete(this.#recent.values().next().value ?? '');
    return false;
  }
}
