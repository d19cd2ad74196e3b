import { writeFileSync } from 'node:fs';
import { convertSigma, type SigmaOutcome } from '@picket/control-plane/rules';
import { messageOf } from '@picket/sdk';
import type { Arguments, Io } from '../../command.ts';
import { CliError } from '../../errors.ts';
import { readFiles } from './read-rules.ts';
import { wrap } from './wrap.ts';

/**
 * Converts Sigma rules. The rules go to the file of --out, else to stdout; what became of each is told on stdout or, beside
 * rules, on stderr.
 * @returns 1 when a rule was refused
 */
export function importSigma(args: Arguments, io: Io): number {
  const files = readFiles(args.positionals);
  if (files.length === 0) throw new CliError('FILE_UNREADABLE', 'there is no .yaml or .yml file in there');
  const { text, outcomes } = convertSigma(files);
  const refused = outcomes.filter(({ rule }) => rule === undefined).length;
  const { out } = args.text;
  if (out !== undefined) write(out, text);
  else if (!args.flags.json) io.out(text.trimEnd());
  const tell = out === undefined ? io.note : io.out;
  if (args.flags.json) {
    const rules = out === undefined ? { rules: text } : {};
    io.out(JSON.stringify({ converted: outcomes.length - refused, refused, ...rules, outcomes }, null, 2));
  } else for (const line of [...outcomes.flatMap(lines), summary(outcomes.length, refused)]) tell(line);
  return refused > 0 ? 1 : 0;
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (cause) {
    throw new CliError('FILE_UNWRITABLE', `${file} can not be written (${messageOf(cause)}): name another one`, {
      cause,
    });
  }
}

function lines({ title, rule, reason, file, line, column }: SigmaOutcome): string[] {
  if (reason === undefined) return wrap(`converted ${rule ?? title}`);
  return [...wrap(`REFUSED   ${title}`), ...wrap(`${file}:${line}:${column} ${reason}`, ' '.repeat(10))];
}

const summary = (total: number, refused: number): string =>
  `${total} Sigma rule${total === 1 ? '' : 's'}: ${total - refused} converted, ${refused} refused`;
