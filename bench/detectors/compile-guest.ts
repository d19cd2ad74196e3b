import asc from 'assemblyscript/asc';
import { GUEST_SOURCE } from './guest-source.ts';

const OPTIONS = ['-O3', '--runtime', 'minimal', '--exportStart', '_initialize', '--use', 'abort='];

/** The bench's detector as a core module, compiled in this process: its source is ours. */
export async function compileGuest(): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(['guest.ts', '--outFile', 'guest.wasm', ...OPTIONS], {
    readFile: (name) => (name === 'guest.ts' ? GUEST_SOURCE : null),
    writeFile: (_, contents) => {
      if (contents instanceof Uint8Array) binary = contents;
    },
    listFiles: () => [],
  });
  if (error || !binary) throw new Error(`the guest does not compile: ${stderr.toString()}`, { cause: error });
  return binary;
}
