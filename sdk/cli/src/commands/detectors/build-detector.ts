import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildDetector, checkBuild, componentOf, readDetectorFolder } from '@picket/control-plane/detectors';
import { messageOf } from '@picket/sdk';
import { detectorVersionId } from '@picket/sdk/client';
import type { Arguments, Io } from '../../command.ts';
import { CliError } from '../../errors.ts';
import { printable } from '../../printable.ts';
import { wrap } from '../rules/wrap.ts';
import { explained } from './explain-errors.ts';
import { handlerNotes } from './handler-notes.ts';

/** Compiles and checks the detector of a folder and writes what came of it. */
export async function buildHere(args: Arguments, io: Io): Promise<number> {
  const path = args.positionals[0] ?? '.';
  return await explained(path, io, async () => {
    const folder = readDetectorFolder(path);
    const { manifest, sources } = folder;
    const built = await buildDetector(folder);
    await checkBuild(built);
    const { artifact, binary } = built;
    const bytes = args.flags.core ? binary : await componentOf(binary, artifact.encoding);
    const out = args.text.out ?? join(path, 'build', `${manifest.id}.wasm`);
    write(out, bytes);
    const id = await detectorVersionId(manifest, { kind: 'source', files: sources });
    const rows: [string, string][] = [
      ['detector', `${manifest.id} ${manifest.version}`],
      ['sources', `${plural(Object.keys(sources).length)}, version id ${id.slice(0, 12)}`],
      ['written', out],
      ['form', `${args.flags.core ? 'core module' : 'component'}, ${bytes.length} bytes`],
      [
        'runs as',
        `${artifact.bytes.length} bytes with fuel, ${artifact.memory.min} to ${artifact.memory.max} pages of 64 KiB`,
      ],
      ['imports', artifact.imports.join(', ') || 'nothing'],
      ['may', manifest.capabilities.join(', ')],
    ];
    for (const [name, value] of rows) for (const line of row(name, value)) io.out(line);
    for (const note of handlerNotes(sources['main.ts'] ?? '', manifest.kinds)) io.note(`note: ${note}`);
    return 0;
  });
}

function row(name: string, value: string): string[] {
  const [first = '', ...more] = wrap(value, ' '.repeat(10));
  return [name.padEnd(10) + first.trimStart(), ...more];
}

function write(file: string, bytes: Uint8Array): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  } catch (cause) {
    throw new CliError('FILE_UNWRITABLE', printable(`${file} can not be written: ${messageOf(cause)}`), { cause });
  }
}

const plural = (files: number): string => `${files} file${files === 1 ? '' : 's'}`;
