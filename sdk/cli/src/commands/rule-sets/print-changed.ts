import type { RuleFinding, RulesChanged } from '@picket/sdk/client';
import type { Io } from '../../command.ts';
import { printable } from '../../printable.ts';

/** Says what runs after a change. */
export function printChanged({ state, problems }: RulesChanged, io: Io): void {
  io.out(`set       ${state.set ?? 'none: the files of the server'}`);
  io.out(`rules     ${state.enabled} enabled of ${state.rules}`);
  io.out(`revision  ${state.revision}`);
  printFindings(
    problems.filter(({ severity }) => severity === 'error'),
    io,
  );
}

/** Problems with their places, as notes. */
export function printFindings(problems: readonly RuleFinding[], io: Io): void {
  for (const { severity, file, line, column, rule, message, code } of problems) {
    const of = rule ? ` rule ${JSON.stringify(rule)}:` : '';
    io.note(printable(`${severity} ${file}:${line}:${column}${of} ${message} (${code})`));
  }
}
