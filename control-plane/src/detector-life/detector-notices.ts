import type { NatsConnection } from '@nats-io/transport-node';

/** Control planes tell each other here that the detectors in their store have changed. */
export const DETECTORS_SUBJECT = 'picket.control.detectors';

const NAME = /^[a-z0-9-]{1,63}$/;

/**
 * Tells of changes and hears of them. What holds is in the store, and whoever misses a notice looks there every few
 * seconds anyway; only the end of a quarantine is told by notice alone, since it is kept in no store.
 */
export interface DetectorNotices {
  /** @param resume name of a detector whose quarantine ends */
  notify(resume?: string): void;
  /** Calls back for every notice, own ones too. */
  listen(listener: (resume: string | undefined) => void): void;
}

export const detectorNotices = (nats: NatsConnection): DetectorNotices => ({
  notify(resume) {
    // a connection that is being closed takes nothing more; the others look by themselves
    if (!nats.isClosed()) nats.publish(DETECTORS_SUBJECT, resume ?? '');
  },
  listen(listener) {
    nats.subscribe(DETECTORS_SUBJECT, {
      callback: (error, message) => {
        if (error) return;
        const name = message.string();
        listener(NAME.test(name) ? name : undefined);
      },
    });
  },
});
