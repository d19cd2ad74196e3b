import { Header } from '@picket/sdk';
import { parametersAt } from '../names/event-parameters.ts';
import { syscallName } from '../names/syscalls.ts';
import { type FieldRequest, type FieldSource, texts } from './field-source.ts';
import { showSource } from './show-value.ts';

const MOST_CALLS = 1024;
/** Parameters that fields of another name answer, the first one that the event has. */
const STANDS_FOR: Readonly<Record<string, readonly string[]>> = {
  res: ['evt.res'],
  fd: ['evt.arg.fd', 'evt.arg.res_or_fd'],
};

/**
 * An argument of the call by its position, as evt.arg[0]. Falco counts the parameters of two events, one when the call
 * begins and one when it returns; one record stands for both, so the argument has the value of either.
 */
export function positionalArgument(
  { kind, argument }: FieldRequest,
  resolve: (name: string, request: FieldRequest) => FieldSource | undefined,
): FieldSource | undefined {
  const position = Number(argument);
  const sourcesOf = (call: string) =>
    parametersAt(call, position).flatMap((name) => {
      const fields = STANDS_FOR[name] ?? [`evt.arg.${name}`];
      const found = fields.map((field) => resolve(field, { kind, argument: undefined }));
      return found.find((source) => source !== undefined) ?? [];
    });
  const byName = new Map(kind.types.map((call) => [call, sourcesOf(call)]));
  if (![...byName.values()].some((sources) => sources.length > 0)) return undefined;
  const byCall = Array.from({ length: MOST_CALLS }, (_, i) => byName.get(syscallName(i) ?? '') ?? []);
  return texts((c) => {
    const sources = byCall[c.cursor.u16(Header.syscall)] ?? [];
    return sources.map((source) => showSource(source, c)).filter((value) => value !== undefined);
  });
}
