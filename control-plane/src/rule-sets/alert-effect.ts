import type { Alert } from '@picket/sdk';
import type { ExceptionEffect } from '@picket/sdk/client';
import type { ExceptionSpec } from '../store/rules/rule-exception-store.ts';
import type { Store } from '../store/store.ts';
import { wouldSilence } from './exception-values.ts';

const PAGE = 200;
const MOST_ALERTS = 5000;
const MOST_EXAMPLES = 10;

export interface AlertQuestion {
  readonly rule: string;
  readonly spec: ExceptionSpec;
  /** ms since 1970. */
  readonly since: number;
  /** The only namespaces to look at; null for all. */
  readonly scope: readonly string[] | null;
}

/** Looks through the stored alerts of a rule, the newest first, for those that an exception would have silenced. */
export async function alertEffect(store: Store, question: AlertQuestion): Promise<ExceptionEffect['alerts']> {
  const { rule, spec, scope } = question;
  const listing = { rule, scope, since: new Date(question.since).toISOString(), limit: PAGE };
  const effect = { looked: 0, silenced: 0, unknown: 0, examples: [] as Pick<Alert, 'uuid' | 'time' | 'output'>[] };
  let cursor: string | undefined;
  do {
    const page = await store.alerts.list({ ...listing, cursor });
    for (const alert of page.items) {
      const isSilenced = wouldSilence(alert, spec);
      effect.looked++;
      if (isSilenced === undefined) effect.unknown++;
      if (!isSilenced) continue;
      effect.silenced++;
      const { uuid, time, output } = alert;
      if (effect.examples.length < MOST_EXAMPLES) effect.examples.push({ uuid, time, output });
    }
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && effect.looked < MOST_ALERTS);
  return { ...effect, cut: cursor !== undefined };
}
