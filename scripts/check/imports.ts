import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { ENVIRONMENT_READERS, TEST_SUPPORT, ZONES, type Zone } from './import-rules.ts';
import { isTest } from './source-files.ts';
import { type Token, tokenize } from './tokens.ts';

/** A broken rule, at a place. */
export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

interface Import {
  readonly specifier: string;
  readonly line: number;
  /** It is an `export … from`. */
  readonly again: boolean;
}

/** A workspace: its folder, its name, and the files other packages reach through its `exports`. */
interface Package {
  readonly folder: string;
  readonly name: string;
  /** File by what is imported, as `@picket/sdk/client`. */
  readonly doors: ReadonlyMap<string, string>;
}

const SOURCE = /\.(ts|tsx|mjs|js)$/;

/**
 * Checks imports, barrels and reads of the environment.
 * @param root folder of the project
 * @param files its files, relative to `root`
 */
export function checkImports(root: string, files: readonly string[]): readonly Violation[] {
  const packages = files.filter((file) => file.endsWith('package.json')).map((file) => readPackage(root, file));
  return files.filter((file) => SOURCE.test(file)).flatMap((file) => checkFile(root, file, packages));
}

function readPackage(root: string, file: string): Package {
  const { name, exports = {} } = JSON.parse(readFileSync(join(root, file), 'utf8'));
  const folder = dirname(file);
  const doors = Object.entries<string>(exports).map(([key, door]) => [join(name, key), join(folder, door)] as const);
  return { folder, name, doors: new Map(doors) };
}

function checkFile(root: string, file: string, packages: readonly Package[]): readonly Violation[] {
  const tokens = tokenize(readFileSync(join(root, file), 'utf8'));
  const isDoor = packages.some(({ doors }) => [...doors.values()].includes(file));
  const violations: Violation[] = [];
  const report = (line: number, message: string) => violations.push({ file, line, message });

  if (/(^|\/)index\.tsx?$/.test(file) && !isDoor)
    report(1, 'an index file stands only at the door of a package: name the file after its export');
  for (const found of findImports(tokens)) {
    if (found.again && !isDoor)
      report(found.line, `re-exports ${found.specifier}: only the door of a package does that`);
    const problem = importProblem(file, found.specifier, packages);
    if (problem) report(found.line, problem);
  }
  if (!ENVIRONMENT_READERS.some((reader) => reader.test(file)))
    for (const line of environmentReads(tokens)) report(line, 'reads process.env: only config.ts does that');
  return violations;
}

/** Static and dynamic imports and re-exports whose specifier is a plain string. */
export function findImports(tokens: readonly Token[]): readonly Import[] {
  const found: Import[] = [];
  let statement = '';
  tokens.forEach((token, i) => {
    const before = tokens[i - 1];
    if (token.type === 'word' && (token.text === 'import' || token.text === 'export') && before?.text !== '.')
      statement = token.text;
    if (token.type !== 'string' || before?.type === 'string') return;
    const dynamic = before?.text === '(' && tokens[i - 2]?.text === 'import';
    const bare = before?.type === 'word' && before.text === 'import';
    const from = before?.type === 'word' && before.text === 'from';
    if (dynamic || bare || from)
      found.push({ specifier: token.text, line: token.line, again: from && statement === 'export' });
  });
  return found;
}

function importProblem(file: string, specifier: string, packages: readonly Package[]): string | undefined {
  const zone = zoneOf(file);
  if (!zone) return undefined;
  if (specifier.startsWith('node:'))
    return zone.node === false && !isTest(file) ? `imports ${specifier}: ${zone.name} is free of Node` : undefined;
  const relative = specifier.startsWith('.');
  const target = relative ? normalize(join(dirname(file), specifier)) : packageTarget(specifier, packages);
  if (target === undefined) return undefined;
  if (/(^|\/)main\.tsx?$/.test(target)) return `imports ${specifier}: nothing imports main`;
  if (isTest(file) && TEST_SUPPORT.some((folder) => target.startsWith(folder))) return undefined;
  if (zone.mayImport.includes('*') || zone.mayImport.includes(target)) return undefined;
  if (isTest(target) && !isTest(file)) return `imports ${specifier}: only tests import test files`;
  const other = zoneOf(target);
  if (other && other !== zone && !zone.mayImport.includes(other.name))
    return `imports ${specifier}: ${zone.name} may not import ${other.name}`;
  const owner = packageOf(target, packages);
  if (relative && owner && owner !== packageOf(file, packages))
    return `imports ${specifier}: import ${owner.name} by its name`;
  return undefined;
}

const within = (file: string, folder: string) => file === folder || file.startsWith(`${folder}/`);
const zoneOf = (file: string): Zone | undefined => ZONES.find(({ folder }) => within(file, folder));

/** The package a file is in: the innermost one. The root is no package here. */
function packageOf(file: string, packages: readonly Package[]): Package | undefined {
  const around = packages.filter(({ folder }) => folder !== '.' && within(file, folder));
  return around.sort((a, b) => b.folder.length - a.folder.length)[0];
}

/** The file of a workspace that is imported by name; undefined for packages from npm. */
function packageTarget(specifier: string, packages: readonly Package[]): string | undefined {
  const found = packages.find(({ name }) => specifier === name || specifier.startsWith(`${name}/`));
  return found && (found.doors.get(specifier) ?? join(found.folder, 'package.json'));
}

function environmentReads(tokens: readonly Token[]): readonly number[] {
  const text = (i: number) => tokens[i]?.text;
  const lines: number[] = [];
  // A process of the process tree has a field env too.
  const own = tokens.some((token, i) => token.text === 'process' && bindsName(tokens, i));
  tokens.forEach((token, i) => {
    const global = token.type === 'word' && token.text === 'process' && text(i - 1) !== '.' && !own;
    if (global && text(i + 1) === '.' && text(i + 2) === 'env') lines.push(token.line);
    if (global && text(i + 1) === '[' && text(i + 2) === 'env') lines.push(token.line);
    if (token.type === 'string' && /^(node:)?process$/.test(token.text) && text(i - 1) === 'from')
      lines.push(token.line);
  });
  return lines;
}

/** Whether the name at `i` is that of a variable or parameter being declared. */
function bindsName(tokens: readonly Token[], i: number): boolean {
  const before = tokens[i - 1]?.text ?? '';
  const after = tokens[i + 1]?.text ?? '';
  if (['const', 'let', 'var'].includes(before)) return true;
  return ['(', ','].includes(before) && [':', '?'].includes(after);
}
