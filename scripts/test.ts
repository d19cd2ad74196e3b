import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from './build.ts';
import { ROOT } from './config.ts';
import { setUp } from './setup.ts';
import { runCommand } from './step.ts';

/** `npm test [-- FILTER...]`: brings what is missing, builds, runs the tests. */
async function main(): Promise<number> {
  await setUp('test');
  await build();
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', ...process.argv.slice(2)], { cwd: ROOT, stdio: 'inherit' });
  // The tests end in order on the first signal and clean up; this process waits for them.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  const [code] = await once(child, 'close');
  return typeof code === 'number' ? code : 1;
}

if (import.meta.main) await runCommand(main);
