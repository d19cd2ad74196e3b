import type { NatsConnection } from '@nats-io/transport-node';

/** Control planes tell each other here that what is to be scored by has changed in their store. */
export const BEHAVIOUR_SUBJECT = 'picket.control.behaviour';

/** Tells of changes and hears of them. What holds is in the store, and whoever misses a notice looks there every few seconds anyway. */
export interface BehaviourNotices {
  notify(): void;
  /** Calls back for every notice, own ones too. */
  listen(listener: () => void): void;
}

export const behaviourNotices = (nats: NatsConnection): BehaviourNotices => ({
  notify() {
    // a connection that is being closed takes nothing more; the others look by themselves
    if (!nats.isClosed()) nats.publish(BEHAVIOUR_SUBJECT);
  },
  listen(listener) {
    nats.subscribe(BEHAVIOUR_SUBJECT, {
      callback: (error) => {
        if (!error) listener();
      },
    });
  },
});
