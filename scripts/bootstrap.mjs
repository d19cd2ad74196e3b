/**
 * The way into every npm script. It runs on any Node from 18 on, with nothing installed: it installs the npm
 * packages when they are missing or not those of package-lock.json, then hands over to the command itself, run by
 * the Node that came with the packages. Plain JavaScript, for an older Node knows no TypeScript.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const BIN = join(ROOT, 'node_modules/.bin');

/** What each npm script runs. */
const COMMANDS = {
  start: 'scripts/start.ts',
  demo: 'scripts/demo.ts',
  test: 'scripts/test.ts',
  check: 'scripts/check.ts',
  bench: 'bench/run.ts',
  fuzz: 'test/fuzz/run.ts',
  build: 'scripts/build.ts',
  generate: 'sdk/schema/generate.ts',
  format: 'scripts/format.ts',
  picket: 'sdk/cli/src/main.ts',
};

/**
 * Whether node_modules holds what package-lock.json asks for. npm keeps a lock of its own in node_modules; contents
 * are compared and not times, which a clone or `npm install` leaves in any order.
 */
function packagesFit() {
  const own = join(ROOT, 'node_modules/.package-lock.json');
  if (!existsSync(own) || !existsSync(join(BIN, 'node'))) return false;
  const wanted = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages;
  const there = JSON.parse(readFileSync(own, 'utf8')).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    const found = there[path];
    // Optional packages are left out where they are for another platform.
    if (!found) return path === '' || entry.optional === true;
    return found.version === entry.version && found.integrity === entry.integrity && found.link === entry.link;
  });
}

/**
 * Whether the lock names every package that another one wants optionally, as `npm ci` asks. A lock that was written
 * against a registry without the packages of some other platforms does not.
 */
function lockIsWhole() {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  const paths = Object.keys(packages);
  return Object.values(packages).every((entry) =>
    Object.keys(entry.optionalDependencies ?? {}).every((name) =>
      paths.some((path) => path.endsWith(`node_modules/${name}`)),
    ),
  );
}

/**
 * Installs what package-lock.json names, with the hashes it names; prints one line, and what npm said only when it
 * fails. Answers the exit code of npm.
 */
async function installPackages() {
  process.stderr.write('npm packages: installing\n');
  const from = Date.now();
  let output = '';
  const how = lockIsWhole() ? ['ci'] : ['install', '--no-save'];
  const { code, error } = await run('npm', [...how, '--no-audit', '--no-fund', '--loglevel=error'], (child) => {
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (output += piece));
  });
  const seconds = ((Date.now() - from) / 1000).toFixed(1);
  if (code === 0) process.stderr.write(`npm packages: installed (${seconds} s)\n`);
  else
    process.stderr.write(
      `${output}npm packages: npm ${how[0]} failed (${error ?? `code ${code}`}); mend that and try again\n`,
    );
  return code;
}

/**
 * Runs a program and passes signals on to it. Answers its exit code, 128 + n when signal n ended it.
 * A terminal sends Ctrl-C to the whole group, so there it is not passed on a second time.
 */
function run(program, args, watch) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      // npm changes to the root; relative file names of the user are meant from where npm was called.
      cwd: watch ? ROOT : (process.env.INIT_CWD ?? process.cwd()),
      stdio: watch ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      env: { ...process.env, PATH: [BIN, process.env.PATH].join(delimiter) },
    });
    watch?.(child);
    const handlers = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => {
      const handler = () => {
        if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
      };
      process.on(signal, handler);
      return () => process.removeListener(signal, handler);
    });
    const end = (result) => {
      for (const remove of handlers) remove();
      resolve(result);
    };
    child.on('error', (error) => end({ code: 1, error: `${program} could not be started: ${error.message}` }));
    child.on('close', (code, signal) => end({ code: code ?? 128 + (constants.signals[signal] ?? 0) }));
  });
}

const [name = '', ...args] = process.argv.slice(2);
if (!Object.hasOwn(COMMANDS, name)) {
  process.stderr.write(`Usage: npm run <${Object.keys(COMMANDS).join('|')}> [-- ARGUMENTS]\n`);
  process.exitCode = 2;
} else {
  const code = packagesFit() ? 0 : await installPackages();
  if (code === 0) {
    // which parts of Node are experimental is known: the packages bring the Node that this runs on
    const options = ['--disable-warning=ExperimentalWarning'];
    const result = await run(join(BIN, 'node'), [...options, join(ROOT, COMMANDS[name]), ...args]);
    if (result.error) process.stderr.write(`${result.error}\n`);
    process.exitCode = result.code;
  } else process.exitCode = code;
}
