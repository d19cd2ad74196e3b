import { existsSync } from 'node:fs';
import { runProgram } from '../command.ts';
import { ScriptError } from '../errors.ts';
import type { NeededPackage } from './packages.ts';

/** Another apt may be at work, for example one that a fresh machine runs by itself: wait for it that long. */
const LOCK_TIMEOUT = 'DPkg::Lock::Timeout=120';

/**
 * Installs packages with apt-get where that is possible: on Debian or a system like it, as root.
 * @returns what was done
 * @throws ScriptError PACKAGES_MISSING with the list where it is not, PACKAGES_INSTALL_FAILED when apt-get fails
 */
export async function installPackages(missing: readonly NeededPackage[]): Promise<string> {
  const names = missing.map((needed) => needed.name);
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    throw new ScriptError('PACKAGES_MISSING', howToInstall(missing));
  await apt(['update', '-q'], names);
  await apt(['install', '-q', '-y', '--no-install-recommends', ...names], names);
  return `installed ${names.join(', ')}`;
}

async function apt(args: readonly string[], names: readonly string[]): Promise<void> {
  const { code, output } = await runProgram('env', [
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    '-o',
    LOCK_TIMEOUT,
    ...args,
  ]);
  if (code === 0) return;
  const end = output.trimEnd().split('\n').slice(-12).join('\n');
  throw new ScriptError(
    'PACKAGES_INSTALL_FAILED',
    `apt-get ${args[0]} failed with code ${code}; install ${names.join(' ')} by hand and start again. It said:\n${end}`,
  );
}

/** What a person has to install, and with which command on Debian. */
export function howToInstall(missing: readonly NeededPackage[]): string {
  const width = Math.max(...missing.map((needed) => needed.name.length));
  const lines = missing.map((needed) => `  ${needed.name.padEnd(width)}  ${needed.why}`);
  const command = `apt-get install --no-install-recommends ${missing.map((needed) => needed.name).join(' ')}`;
  return [
    'these programs and libraries are missing (names of Debian packages):',
    ...lines,
    `Install them as root, on Debian and its kin with: ${command}`,
  ].join('\n');
}
