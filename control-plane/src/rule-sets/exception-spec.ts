import type { Alert } from '@picket/sdk';
import { ControlPlaneError } from '../errors.ts';
import type { ExceptionSpec } from '../store/rules/rule-exception-store.ts';
import { valueIn } from './exception-values.ts';

/** Who did it: path and image can not be chosen by the process. */
const WHO = ['proc.exepath', 'container.image.repository'];
/** What it was done to: the first of these that the alert tells. Ports and names of clients are others every time. */
const SUBJECTS = [
  ...['fs.path.name', 'fs.path.target', 'evt.arg.path', 'evt.arg.newpath', 'fd.name'],
  ...['fd.sip', 'fd.lport', 'dns.name', 'evt.arg.domain'],
];
const LONGEST_VALUE = 4096;

/**
 * The exception that an alert suggests: this program of this image doing this to this file or peer.
 * @param wanted fields to test in place of those
 * @throws ControlPlaneError REQUEST_INVALID when the alert does not tell a field, or none that could be chosen
 */
export function specFrom(alert: Alert, wanted: readonly string[] | undefined): ExceptionSpec {
  const fields = [...new Set(wanted ?? chosen(alert))];
  if (fields.length === 0)
    throw new ControlPlaneError(
      'REQUEST_INVALID',
      `alert ${alert.uuid} tells neither program nor image: name the fields of its output to test`,
    );
  return { fields, comps: fields.map(() => '='), values: fields.map((field) => requiredValue(alert, field)) };
}

function chosen(alert: Alert): string[] {
  const who = WHO.filter((field) => valueIn(alert, field) !== undefined);
  const subject = SUBJECTS.find((field) => isSubject(valueIn(alert, field)));
  // a file of the image can not be replaced by the process: only worth a test where the alert says that it is one
  const isOfImage = alert.output_fields['proc.is_exe_upper_layer'] === false;
  return [...who, ...(isOfImage ? ['proc.is_exe_upper_layer'] : []), ...(subject ? [subject] : [])];
}

/** The name of a connection holds the port of the client. */
const isSubject = (value: string | undefined): boolean => value !== undefined && !value.includes('->');

function requiredValue(alert: Alert, field: string): string {
  const value = valueIn(alert, field);
  if (value === undefined)
    throw new ControlPlaneError(
      'REQUEST_INVALID',
      `alert ${alert.uuid} does not tell ${field}: choose among ${Object.keys(alert.output_fields).join(', ')}`,
    );
  if (value.length <= LONGEST_VALUE) return value;
  throw new ControlPlaneError('REQUEST_INVALID', `the value of ${field} is longer than ${LONGEST_VALUE} characters`);
}
