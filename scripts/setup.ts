import { readConfig } from './config.ts';
import { ScriptError } from './errors.ts';
import { installPackages } from './setup/install.ts';
import { requireKernel } from './setup/kernel.ts';
import { type Group, missingPackages, PACKAGES } from './setup/packages.ts';
import { runCommand, step } from './step.ts';

/** Groups that load probes. */
const NEED_KERNEL: readonly Group[] = ['run', 'demo', 'test'];

/**
 * Brings what a group of commands needs, and checks the kernel where they watch containers.
 * @throws ScriptError naming what is missing and what to do
 */
export async function setUp(group: Group): Promise<void> {
  const path = readConfig().environment.PATH ?? '';
  await step('packages', async () => {
    const missing = missingPackages(group, path);
    return missing.length === 0 ? undefined : await installPackages(missing);
  });
  if (NEED_KERNEL.includes(group)) await step('kernel', requireKernel);
}

async function main(): Promise<number> {
  const group = process.argv[2] ?? 'run';
  if (!Object.hasOwn(PACKAGES, group))
    throw new ScriptError('USAGE', `setup knows ${Object.keys(PACKAGES).join(', ')}, not ${group}`);
  await setUp(group as Group);
  return 0;
}

if (import.meta.main) await runCommand(main);
