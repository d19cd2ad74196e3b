import type { Alert } from '@picket/sdk';
import type { ExceptionSpec } from '../store/rules/rule-exception-store.ts';

/** What an alert knows beside the fields of its output. */
const DERIVED: Readonly<Record<string, (alert: Alert) => string | null | undefined>> = {
  'proc.exepath': ({ process }) => process?.exepath,
  'proc.name': ({ process }) => process?.name,
  'proc.cmdline': ({ process }) => process?.cmdline,
  'container.name': ({ container }) => container?.name,
  'container.image': ({ container }) => container?.image,
  'container.image.repository': ({ container }) => container?.image && repositoryOf(container.image),
  'k8s.ns.name': ({ workload }) => workload?.namespace,
  'k8s.pod.name': ({ workload }) => workload?.pod,
};

/** The value that a field has in an alert, as an exception writes it; undefined when the alert does not tell. */
export function valueIn(alert: Alert, field: string): string | undefined {
  const told = alert.output_fields[field];
  const value = told ?? DERIVED[field]?.(alert);
  return value === undefined || value === null || value === '' ? undefined : String(value);
}

/** Whether an exception would have silenced an alert; undefined when the alert does not tell all of its fields. */
export function wouldSilence(alert: Alert, { fields, values }: ExceptionSpec): boolean | undefined {
  const told = fields.map((field, i) => {
    const value = valueIn(alert, field);
    return value === undefined ? undefined : value === values[i];
  });
  if (told.includes(false)) return false;
  return told.includes(undefined) ? undefined : true;
}

/** An image without tag and digest. A colon before a slash is that of a port. */
function repositoryOf(image: string): string {
  const [name = ''] = image.split('@');
  const colon = name.lastIndexOf(':');
  return colon > name.lastIndexOf('/') ? name.slice(0, colon) : name;
}
