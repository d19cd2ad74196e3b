// Compiles the addon, native/addon/*.cc to native/build/picket_native.node, and the launcher for confined processes,
// native/sandbox/*.c to native/build/picket-sandbox. Does nothing for what is up to date.
import { execFile, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const HERE = import.meta.dirname;
const SOURCES = join(HERE, 'addon');
const BUILD = join(HERE, 'build');
const OBJECTS = join(BUILD, 'obj');
const OUTPUT = join(BUILD, 'picket_native.node');
const FLAGS_FILE = join(BUILD, 'flags.txt');
const FLAGS = [
  ...['-std=c++20', '-O2', '-g1', '-Wall', '-Wextra', '-Werror', '-fPIC', '-fvisibility=hidden'],
  ...['-DNAPI_VERSION=8', '-DNODE_ADDON_API_CPP_EXCEPTIONS', '-DNODE_ADDON_API_DISABLE_DEPRECATED'],
  '-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
];
const LAUNCHER_SOURCES = join(HERE, 'sandbox');
const LAUNCHER = join(BUILD, 'picket-sandbox');
const LAUNCHER_FLAGS = ['-std=c11', '-O2', '-Wall', '-Wextra', '-Werror', '-fPIE', '-pie'];
const LIBRARIES = ['-lbpf', '-lelf', '-lz', '-llz4'];

/** A condition the user has to change before the addon can be built. */
class BuildError extends Error {
  override name = 'BuildError';
}

/**
 * Folders with node_api.h and uv.h. Any version will do, since Node-API and libuv 1 keep their binary interface: the
 * running Node's own, else the npm package node-api-headers with the machine's uv.h.
 */
function findNodeHeaders(): string {
  const beside = dirname(realpathSync(process.execPath));
  const candidates = [
    join(beside, '..', 'include', 'node'),
    // The npm package `node` keeps its headers in the package of the platform, until npm prunes that folder.
    join(beside, '..', 'node_modules', `node-${process.platform}-${process.arch}`, 'include', 'node'),
    '/usr/include/node',
  ];
  const own = candidates.find((folder) => ['node_api.h', 'uv.h'].every((name) => existsSync(join(folder, name))));
  return own ?? join(packageFolder('node-api-headers'), 'include');
}

function packageFolder(name: string): string {
  try {
    return dirname(fileURLToPath(import.meta.resolve(name)));
  } catch {
    throw new BuildError(`The npm package ${name} is missing. Install it: npm install`);
  }
}

/** Asks the preprocessor which headers are missing, so that the message can name the Debian package. */
function checkHeaders(flags: string[]): void {
  const wanted = {
    'bpf/libbpf.h': 'libbpf-dev',
    'lz4.h': 'liblz4-dev',
    'libelf.h': 'libelf-dev',
    'zlib.h': 'zlib1g-dev',
    'uv.h': 'libuv1-dev',
  };
  const source = Object.entries(wanted).map(
    ([header, name]) => `#if !__has_include(<${header}>)\nMISSING ${name}\n#endif\n`,
  );
  const run = spawnSync('g++', [...flags, '-E', '-P', '-x', 'c++', '-'], { input: source.join(''), encoding: 'utf8' });
  if (run.error !== undefined) {
    throw new BuildError(`g++ cannot be run (${run.error.message}). Install it: apt-get install g++`);
  }
  const missing = [...run.stdout.matchAll(/MISSING (\S+)/g)].map((match) => match[1]);
  if (missing.length > 0) {
    throw new BuildError(`Headers are missing. Install them: apt-get install ${missing.join(' ')}`);
  }
  if (run.status !== 0) throw new BuildError(`g++ does not work: ${run.stderr}`);
}

function includeFlags(): string[] {
  return ['-isystem', packageFolder('node-addon-api'), '-isystem', findNodeHeaders()];
}

function modifiedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function filesEnding(folder: string, ending: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .sort();
}

interface Compilation {
  source: string;
  object: string;
}

function staleSources(): Compilation[] {
  const headers = Math.max(...filesEnding(SOURCES, '.h').map((name) => modifiedAt(join(SOURCES, name))));
  return compilations().filter(({ source, object }) => {
    const made = modifiedAt(object);
    return made <= modifiedAt(source) || made <= headers;
  });
}

function compilations(): Compilation[] {
  return filesEnding(SOURCES, '.cc').map((name) => ({
    source: join(SOURCES, name),
    object: join(OBJECTS, name.replace(/\.cc$/, '.o')),
  }));
}

/** The output appears whole or not at all, also when two builds run at once. */
async function runCompiler(args: string[], output: string, compiler = 'g++'): Promise<void> {
  const unfinished = `${output}.${process.pid}`;
  try {
    await promisify(execFile)(compiler, [...args, '-o', unfinished], { maxBuffer: 16 << 20 });
  } catch (error) {
    const text = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    throw new BuildError(`${compiler} failed:\n${text}`);
  }
  renameSync(unfinished, output);
}

async function compileAll(stale: Compilation[], flags: string[]): Promise<void> {
  const queue = stale.values();
  const work = async (): Promise<void> => {
    for (const { source, object } of queue) await runCompiler([...flags, '-c', source], object);
  };
  await Promise.all(Array.from({ length: Math.min(stale.length, availableParallelism()) }, work));
}

/** Objects that were made with other flags are worthless. */
function dropOldObjects(): void {
  if (existsSync(FLAGS_FILE) && readFileSync(FLAGS_FILE, 'utf8') === FLAGS.join('\n')) return;
  rmSync(BUILD, { recursive: true, force: true });
  mkdirSync(OBJECTS, { recursive: true });
  writeFileSync(FLAGS_FILE, FLAGS.join('\n'));
}

async function build(): Promise<void> {
  dropOldObjects();
  const stale = staleSources();
  const objects = compilations().map(({ object }) => object);
  if (stale.length === 0 && modifiedAt(OUTPUT) >= Math.max(...objects.map(modifiedAt))) return;
  const flags = [...FLAGS, ...includeFlags()];
  checkHeaders(flags);
  await compileAll(stale, flags);
  // A process that uses the old addon keeps its file: the new one takes its name, not its place on disk.
  // nodelete: threads that wait for files outlive the worker thread that loaded it.
  await runCompiler(['-shared', '-Wl,-z,nodelete', ...objects, ...LIBRARIES], OUTPUT);
}

/** A small program: it takes half a second whole. gcc comes with g++. */
async function buildLauncher(): Promise<void> {
  if (!existsSync(LAUNCHER_SOURCES)) return;
  const sources = filesEnding(LAUNCHER_SOURCES, '.c').map((name) => join(LAUNCHER_SOURCES, name));
  const headers = filesEnding(LAUNCHER_SOURCES, '.h').map((name) => join(LAUNCHER_SOURCES, name));
  if (modifiedAt(LAUNCHER) >= Math.max(...[...sources, ...headers].map(modifiedAt))) return;
  await runCompiler([...LAUNCHER_FLAGS, ...sources], LAUNCHER, 'gcc');
}

try {
  await build();
  await buildLauncher();
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  console.error(`native: ${error.message}`);
  process.exitCode = 1;
}
