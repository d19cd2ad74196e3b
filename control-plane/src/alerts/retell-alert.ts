import type { Alert } from '@picket/sdk';
import type { Container, OutputPart, RetellOutput } from '../types.ts';
import { containerRef, isPartial, workloadRef } from './container-ref.ts';
import { fromIso } from './event-time.ts';

type Names = Pick<Alert, 'container' | 'workload'>;

/**
 * Puts into an alert what is known of its container by now, as a new revision. Parts are replaced and never changed:
 * what was published shares them.
 * @param template of the output, when it speaks of the container
 * @returns false when that is no news; the alert is unchanged then
 */
export function retellAlert(
  alert: Alert,
  container: Container,
  template: readonly OutputPart[] | undefined,
  retell: RetellOutput | undefined,
): boolean {
  const names = { container: containerRef(container), workload: workloadRef(container) };
  const partial = isPartial(container);
  if (partial && !saysMore(names, alert)) return false;
  alert.revision++;
  Object.assign(alert, names);
  // A process that is in a container after all; how it got there was not seen.
  if (alert.process) alert.process = { ...alert.process, entry: alert.process.entry ?? 'unknown' };
  if (!partial) alert.evidence = { ...alert.evidence, metadata: 'complete' };
  if (!template || !retell) return true;
  const { output, fields } = retell(template, alert.output_fields, container, fromIso(alert.time));
  alert.output = output;
  alert.output_fields = { ...fields };
  return true;
}

/** Whether something has a value that had none before: what only changes is told when all is known. */
function saysMore(now: Names, before: Names): boolean {
  const known = namesOf(before);
  return namesOf(now).some((value, i) => value && !known[i]);
}

const namesOf = ({ container, workload }: Names): (string | null | undefined)[] => [
  container?.full_id,
  container?.name,
  container?.image,
  container?.runtime,
  workload?.name,
  workload?.namespace,
  workload?.pod,
  workload?.pod_uid,
];
