import { join } from 'node:path';
import { checkBiome } from './check/biome.ts';
import { longFiles } from './check/file-size.ts';
import { formatC } from './check/format-c.ts';
import { checkImports } from './check/imports.ts';
import { projectFiles } from './check/source-files.ts';
import { runProgram } from './command.ts';
import { ROOT } from './config.ts';
import { setUp } from './setup.ts';
import { runCommand } from './step.ts';

/** A check answers what is wrong; empty when nothing is. */
type Check = () => Promise<string> | string;

const bin = (name: string) => join(ROOT, 'node_modules/.bin', name);

function program(name: string, ...args: string[]): Check {
  return async () => {
    const { code, output } = await runProgram(name, args);
    return code === 0 ? '' : output || `${name} ended with code ${code}`;
  };
}

function imports(): string {
  const violations = checkImports(ROOT, projectFiles(ROOT));
  return violations.map(({ file, line, message }) => `${file}:${line}: ${message}`).join('\n');
}

const CHECKS: Readonly<Record<string, Check>> = {
  types: program(bin('tsc'), '--noEmit', '-p', ROOT),
  'types of the console': program(bin('tsc'), '--noEmit', '-p', join(ROOT, 'control-plane/console')),
  'lint and format': () => checkBiome(false),
  'format of C and C++': () => formatC(false),
  'generated files': program(process.execPath, join(ROOT, 'sdk/schema/generate.ts'), '--check'),
  imports,
  'file size': () => longFiles(ROOT, projectFiles(ROOT)).join('\n'),
};

/** Details beyond this help nobody: the first ones are to be mended first. */
const MOST_LINES = 120;

function details(wrong: string): string {
  const lines = wrong.split('\n');
  const shown = lines.slice(0, MOST_LINES).map((line) => `     ${line}`);
  if (lines.length > MOST_LINES) shown.push(`     and ${lines.length - MOST_LINES} more lines`);
  return `${shown.join('\n')}\n`;
}

async function main(): Promise<number> {
  await setUp('check');
  let failed = 0;
  for (const [name, check] of Object.entries(CHECKS)) {
    const from = performance.now();
    const wrong = (await check()).trimEnd();
    const seconds = ((performance.now() - from) / 1000).toFixed(1);
    process.stdout.write(`${wrong === '' ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)\n`);
    if (wrong === '') continue;
    process.stdout.write(details(wrong));
    failed++;
  }
  process.stdout.write(
    failed === 0 ? 'All checks passed.\n' : `${failed} of ${Object.keys(CHECKS).length} checks failed.\n`,
  );
  return failed === 0 ? 0 : 1;
}

if (import.meta.main) await runCommand(main);
