import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { findPackageJSON, stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Code of child processes in a folder that every user can read. */
export interface CodeCopy {
  readonly folder: string;
  /** An empty folder, for a file system of the child's own. */
  readonly root: string;
  /** Folders of the npm packages that the code needs. */
  readonly packages: readonly string[];
  /** Every file of it. */
  readonly files: readonly string[];
}

const PROJECT = fileURLToPath(new URL('../../../../../', import.meta.url));
/** Empty: the one of the machine can not be read by a child, and Node does not start then. */
export const OPENSSL_CONFIG = 'openssl.cnf';
/** An import, and what else names a file of the program by its place. */
const SPECIFIER = /(\bfrom\s*|\bimport\s*\(?\s*|\bimport\.meta\.resolve\(\s*|\bnew URL\(\s*)'([^']+)'/g;

/**
 * Copies files of this program with all they import. The sources may lie below a home folder that nobody else may enter, and a
 * child runs under a user of its own. Types are stripped, so that a child starts faster.
 * @param entries absolute paths
 */
export function copyCode(entries: readonly string[]): CodeCopy {
  const base = makeBase();
  const folder = join(base, 'code');
  const root = join(base, 'root');
  const packages = new Set<string>();
  chmodSync(base, 0o755);
  makeFolder(root);
  const added = ['package.json', OPENSSL_CONFIG].map((name) => join(folder, name));
  for (const path of added) put(path, path.endsWith('.json') ? '{ "type": "module" }' : '');
  const done = new Set<string>();
  const copy = (path: string): void => {
    if (done.has(path)) return;
    done.add(path);
    const bytes = readFileSync(path);
    if (!path.endsWith('.ts')) {
      put(placeOf(folder, path), bytes);
      return;
    }
    const code = withoutTypes(bytes.toString('utf8')).replace(SPECIFIER, (whole, before: string, specifier: string) => {
      const found = resolve(specifier, path);
      if (!found) return whole;
      if (found.includes('/node_modules/')) addPackage(packages, found);
      else copy(found);
      const place = found.includes('/node_modules/') ? found : placeOf(folder, found);
      return `${before}'${pathToFileURL(place).href}'`;
    });
    put(placeOf(folder, path), code);
  };
  for (const entry of entries) copy(entry);
  const copies = [...done].map((path) => placeOf(folder, path));
  return { folder, root, packages: [...packages], files: [...copies, ...added] };
}

/** Where a file of the project lies in the copy. */
export const placeOf = (folder: string, path: string): string =>
  join(folder, relative(PROJECT, path).replace(/\.ts$/, '.js'));

/** The file that a specifier means; undefined for a module of Node. */
function resolve(specifier: string, from: string): string | undefined {
  if (specifier.startsWith('node:')) return undefined;
  if (specifier.startsWith('.')) return join(dirname(from), specifier);
  return fileURLToPath(import.meta.resolve(specifier));
}

/** Node says at its first use that this function may change. That is for us to see at an update, not for the user's terminal. */
function withoutTypes(source: string): string {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(source);
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** A new folder, which goes with this process; those of processes that were killed go now. */
function makeBase(): string {
  // Process numbers of another container mean nothing here.
  const prefix = `picket-code-${statSync('/proc/self/ns/pid').ino}-`;
  for (const name of readdirSync(tmpdir()).filter((found) => found.startsWith(prefix))) {
    const path = join(tmpdir(), name);
    const gone = !existsSync(`/proc/${Number.parseInt(name.slice(prefix.length), 10)}`);
    if (gone && lstatSync(path).uid === process.getuid?.()) rmSync(path, { recursive: true, force: true });
  }
  const base = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
  process.once('exit', () => rmSync(base, { recursive: true, force: true }));
  return base;
}

/** With the packages that it depends on: their names come from its package.json. */
function addPackage(packages: Set<string>, file: string): void {
  const manifest = findPackageJSON('.', pathToFileURL(file).href) ?? '';
  const folder = dirname(manifest);
  if (!existsSync(manifest) || packages.has(folder)) return;
  packages.add(folder);
  const { dependencies = {} } = JSON.parse(readFileSync(manifest, 'utf8')) as { dependencies?: object };
  for (const name of Object.keys(dependencies)) {
    const dependency = findPackageJSON(name, pathToFileURL(manifest).href);
    if (dependency) addPackage(packages, dependency);
  }
}

function put(path: string, content: string | Uint8Array): void {
  makeFolder(dirname(path));
  writeFileSync(path, content);
  chmodSync(path, 0o644);
}

/** The umask of this process must not close it to the child. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
  chmodSync(path, 0o755);
}
