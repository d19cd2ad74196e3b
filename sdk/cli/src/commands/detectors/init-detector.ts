import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf } from '@picket/sdk';
import { DetectorName } from '@picket/sdk/client';
import type { Arguments, Io } from '../../command.ts';
import { CliError } from '../../errors.ts';
import { printable } from '../../printable.ts';

const SCAFFOLD = fileURLToPath(new URL('../../../scaffold/detector', import.meta.url));
/** Stands in the files of the scaffold for the name of the detector. */
const NAME_MARK = '{{name}}';

/** Makes the folder of a new detector. It says what it is and has tests that run; nothing is written over. */
export async function initDetector(args: Arguments, io: Io): Promise<number> {
  const [name = ''] = args.positionals;
  const checked = DetectorName.safeParse(name);
  if (!checked.success) throw new CliError('USAGE', `${name}: ${checked.error.issues[0]?.message}`);
  const folder = args.text.dir ?? name;
  if (existsSync(folder) && !(statSync(folder).isDirectory() && readdirSync(folder).length === 0))
    throw new CliError('FILE_EXISTS', `${folder} is there already: name another folder with --dir`);
  const files = globSync('**/*.*', { cwd: SCAFFOLD }).sort();
  try {
    for (const file of files) writeNew(join(folder, file), text(file, name));
  } catch (cause) {
    throw new CliError('FILE_UNWRITABLE', `${folder} can not be written: ${messageOf(cause)}`, { cause });
  }
  for (const file of files) io.out(printable(join(folder, file)));
  io.note(printable(`next: picket detectors test ${folder}`));
  return 0;
}

const text = (file: string, name: string) => readFileSync(join(SCAFFOLD, file), 'utf8').replaceAll(NAME_MARK, name);

function writeNew(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content, { flag: 'wx' });
}
