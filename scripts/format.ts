import { checkBiome } from './check/biome.ts';
import { formatC } from './check/format-c.ts';
import { setUp } from './setup.ts';
import { runCommand } from './step.ts';

/** `npm run format`: formats every source, and mends what lint rules can mend. Prints what is left. */
async function main(): Promise<number> {
  await setUp('check');
  const left = (await checkBiome(true)) + (await formatC(true));
  process.stderr.write(left);
  return left === '' ? 0 : 1;
}

if (import.meta.main) await runCommand(main);
