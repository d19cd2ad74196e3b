import type { Alert } from '@picket/sdk';
import type { ExceptionSpec } from '../store/rules/rule-exception-store.ts';

/** What a process says of itself, or its parents of themselves. */
const CHOSEN_BY_PROCESS =
  /^(proc\.(name|pname|sname|aname|exe|pexe|aexe|cmdline|pcmdline|acmdline|args|exeline|exepath_arg|env|cwd|cmdnargs|cmdlenargs)(\[|$)|evt\.args?$|thread\.name)/;
const CHOSEN_AT_START = /^(container\.(name|label|image\.tag)|k8s\.(pod\.(name|label)|rc\.|svc\.))/;
const NAMES_IN_CONTAINER = /^(user|group)\.name/;
const WRITABLE = /^\/(tmp|var\/tmp|dev\/shm|run|var\/run)\//;

/** What to think about before an exception is accepted: who else could make it hold. */
export function warningsOf({ fields, values }: ExceptionSpec, alert: Alert): string[] {
  const out: string[] = [];
  fields.forEach((field, i) => {
    const value = values[i] ?? '';
    if (CHOSEN_BY_PROCESS.test(field))
      out.push(`${field} is chosen by the process: whatever calls itself ${JSON.stringify(value)} is passed over`);
    else if (CHOSEN_AT_START.test(field))
      out.push(`${field} is chosen by whoever starts a container: another one may bear it`);
    else if (NAMES_IN_CONTAINER.test(field))
      out.push(`${field} comes from a file of the container: what is root there may change it`);
    else if (WRITABLE.test(value)) out.push(`${value} lies where anybody in the container may write`);
  });
  return [...out, ...gaps(fields, alert)];
}

function gaps(fields: readonly string[], alert: Alert): string[] {
  const out: string[] = [];
  const has = (...names: string[]) => fields.some((field) => names.some((name) => field.startsWith(name)));
  if (!has('proc.exepath')) out.push('it does not test proc.exepath: any program may do this');
  else if (!has('proc.is_exe_upper_layer')) out.push(...programGap(alert));
  if (!has('container.', 'k8s.')) out.push('it tests neither image nor container: it holds in every container');
  if (alert.evidence.metadata === 'partial')
    out.push('not all was known of the container when the alert was made: look at its newest revision');
  return out;
}

function programGap({ output_fields }: Alert): string[] {
  if (output_fields['proc.is_exe_upper_layer'] === true)
    return ['the program was written after the container was started: it is not the one of the image'];
  return ['it does not test proc.is_exe_upper_layer: a program that was put in place of that file later passes too'];
}
