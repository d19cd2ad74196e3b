import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { checkCapture, printable } from '@picket/cli';
import { messageOf } from '@picket/sdk';
import { build } from './build.ts';
import { ROOT, readConfig, type ScriptConfig } from './config.ts';
import { setUp } from './setup.ts';
import { takeLock } from './start/lock.ts';
import { Machine, makeDataFolder } from './start/machine.ts';
import { parseStartOptions, type StartOptions } from './start/options.ts';
import { runCommand, step } from './step.ts';

/** `npm start`: everything on one machine, until Ctrl-C. */
async function main(): Promise<number> {
  // A reader of our output that goes away must not end the watch over the containers.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const config = readConfig();
  const options = parseStartOptions(process.argv.slice(2));
  if (options.replay !== undefined) await checkCapture(options.replay);
  makeDataFolder(config.data);
  const lock = takeLock(join(config.data, 'run/lock'));
  try {
    await setUp(options.replay === undefined ? 'run' : 'replay');
    await build(options.replay === undefined);
    return await runMachine(config, options);
  } finally {
    lock.release();
  }
}

async function runMachine(config: ScriptConfig, options: StartOptions): Promise<number> {
  const machine = new Machine(config, options, (part, line) => process.stderr.write(`${part}: ${printable(line)}\n`));
  const told = toldToStop();
  try {
    let api: string | undefined;
    await step('Picket', async () => {
      const started = machine.start();
      // When told to stop, a part that is being started is abandoned: its failure is no news any more.
      started.catch(() => undefined);
      api = await Promise.race([started, told.then(() => undefined)]);
      return api && 'running';
    });
    if (api !== undefined) greet(api, config.data, options);
    await told;
    return 0;
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    return 1;
  } finally {
    await step('Picket', async () => {
      await machine.stop();
      return 'stopped';
    });
  }
}

/** Resolves at the first signal to end; later ones change nothing, for the end is on its way and has deadlines. */
function toldToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
}

function greet(api: string, data: string, options: StartOptions): void {
  const file = join(data, 'admin-token');
  const shown = relative(ROOT, file);
  const lines = ['', `Console  ${api}`, `Token    in ${shown.startsWith('..') ? file : shown}`];
  // A token in a log or a pipe would outlive the moment it is needed.
  if (process.stdout.isTTY && existsSync(file)) lines.push(`         ${readFileSync(file, 'utf8').trim()}`);
  if (options.replay === undefined) lines.push('Demo     npm run demo, in another terminal');
  lines.push('Stop     Ctrl-C', '');
  process.stdout.write(`${lines.join('\n')}\n`);
}

if (import.meta.main) await runCommand(main);
