import type { NatsConnection } from '@nats-io/transport-node';

/** Control planes tell each other here that the rules in their store have changed. */
export const RULES_SUBJECT = 'picket.control.rules';

/**
 * Tells of changes and hears of them. A notice only says that there is something to look for: what holds is in the store,
 * and whoever misses one looks there every few seconds anyway.
 */
export interface RuleNotices {
  notify(revision: number): void;
  /** Calls back for every notice, own ones too. */
  listen(listener: () => void): void;
}

export const ruleNotices = (nats: NatsConnection): RuleNotices => ({
  notify(revision) {
    // a connection that is being closed takes nothing more; the others look by themselves
    if (!nats.isClosed()) nats.publish(RULES_SUBJECT, JSON.stringify({ revision }));
  },
  listen(listener) {
    nats.subscribe(RULES_SUBJECT, {
      callback: (error) => {
        if (!error) listener();
      },
    });
  },
});
