import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from './build.ts';
import { ROOT } from './config.ts';
import { setUp } from './setup.ts';
import { runCommand } from './step.ts';

/** What `npm test` runs when no project is named. */
const USUAL = ['--project', 'unit', '--project', 'stories'];

/** `npm test [-- FILTER...]`, `npm run slow`: brings what is missing, builds, runs the tests. */
async function main(): Promise<number> {
  await setUp('test');
  await build();
  const asked = process.argv.slice(2);
  const options = asked.includes('--project') ? asked : [...USUAL, ...asked];
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', ...options], { cwd: ROOT, stdio: 'inherit' });
  // The tests end in order on the first signal and clean up; this process waits for them.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  const [code] = await once(child, 'close');
  return typeof code === 'number' ? code : 1;
}

if (import.meta.main) await runCommand(main);
