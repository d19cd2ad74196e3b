import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildBpf } from '../bpf/build.ts';
import { buildConsole } from './build/console.ts';
import { buildNative } from './build/native.ts';
import { ROOT } from './config.ts';
import { runCommand, step } from './step.ts';

/**
 * Builds what is not up to date: probes and native addon, and the console.
 * @param probes false where no events are taken from the kernel
 * @throws PicketError with what the compiler said
 */
export async function build(probes = true): Promise<void> {
  if (probes) await buildProbes();
  if (existsSync(join(ROOT, 'control-plane/console/index.html'))) await step('console', buildConsole);
}

async function buildProbes(): Promise<void> {
  await step('probes', () => {
    const { made } = buildBpf();
    return made.length === 0 ? undefined : `compiled ${made.join(', ')}`;
  });
  await step('native addon', buildNative);
}

async function main(): Promise<number> {
  await build();
  return 0;
}

if (import.meta.main) await runCommand(main);
