import type { Process } from '../../../types.ts';

/** Arguments after the zeroth, joined by blanks; undefined for a process whose arguments are not known. */
export function joinedArguments(process: Process): string | undefined {
  return process.args.length === 0 && process.exepath === '' ? undefined : process.args.slice(1).join(' ');
}

/** Name and arguments. */
export function commandLine(process: Process): string | undefined {
  const rest = joinedArguments(process);
  if (!rest) return process.name || undefined;
  return `${process.name} ${rest}`;
}
