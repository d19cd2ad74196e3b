import { posix } from 'node:path';
import { main as compile, type DiagnosticMessage } from 'assemblyscript/asc';
import { type CompileReply, type CompileRequest, LIBRARY_FOLDER, type RawDiagnostic } from './compile-message.ts';

/**
 * The compiler process: reads one request, answers it, ends. It runs AssemblyScript on sources nobody has vouched for, so it sees
 * no file but those of the request, and only `.ts` among them: a configuration file for the compiler could
 * name a transform, which is code that runs here.
 *
 * With --warm it compiles a few lines first: a process that waits for its request has then run the compiler hot.
 */

/**
 * `uncheckedBehavior` and assertions stay as they are: a read past the end of an array must trap in the detector, not read
 * something else. The collector is run by the library between events.
 */
const OPTIONS = [
  ...['-O3', '--runtime', 'minimal', '--exportStart', '_initialize', '--lib', LIBRARY_FOLDER, '--noColors'],
  ...['--use', 'abort=~lib/@picket/detector/calls/abort', '--outFile', 'out.wasm'],
];
const ERROR_CATEGORY = 3;

async function answer({ files, entry }: CompileRequest): Promise<CompileReply> {
  const diagnostics: RawDiagnostic[] = [];
  let module: Uint8Array<ArrayBuffer> | undefined;
  const { error, stderr } = await compile([entry, ...OPTIONS], {
    readFile: (name, folder) => {
      const path = posix.join(folder, name);
      return path.endsWith('.ts') && Object.hasOwn(files, path) ? (files[path] ?? null) : null;
    },
    writeFile: (_name, contents) => {
      if (typeof contents !== 'string') module = new Uint8Array(contents);
    },
    listFiles: () => [],
    reportDiagnostic: (message) => diagnostics.push(describe(message)),
  });
  if (error || !module) return { module: '', imports: [], diagnostics, failure: error?.message || stderr.toString() };
  return { module: Buffer.from(module).toString('base64'), imports: importsOf(module), diagnostics, failure: '' };
}

function describe({ code, category, message, range }: DiagnosticMessage): RawDiagnostic {
  return {
    code,
    error: category === ERROR_CATEGORY,
    message,
    file: range?.source?.normalizedPath ?? '',
    start: range?.start ?? 0,
  };
}

const importsOf = (module: Uint8Array<ArrayBuffer>) =>
  WebAssembly.Module.imports(new WebAssembly.Module(module)).map((found) => `${found.module}.${found.name}`);

async function readInput(): Promise<string> {
  let text = '';
  process.stdin.setEncoding('utf8');
  for await (const piece of process.stdin) text += piece;
  return text;
}

if (process.argv.includes('--warm')) {
  const entry = 'warm.ts';
  const text = 'class A { b: i32 = 0 } export function c(d: string): i32 { return d.length + new A().b; }';
  await compile([entry, '-O3', '--runtime', 'minimal', '--outFile', 'out.wasm'], {
    readFile: (name) => (name === entry ? text : null),
    writeFile: () => {},
    listFiles: () => [],
  });
}
process.stdout.write(JSON.stringify(await answer(JSON.parse(await readInput()))));
