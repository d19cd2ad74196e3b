import { readdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type BenchOptions, type BenchReport, formatTable } from './report.ts';

/** Modules of this folder that are not benches. */
const PARTS = new Set([
  'run.ts',
  'report.ts',
  'report.test.ts',
  'chart.ts',
  'chart.test.ts',
  'statistics.ts',
  'statistics.test.ts',
]);

const names = readdirSync(new URL('.', import.meta.url))
  .filter((file) => file.endsWith('.ts') && !PARTS.has(file))
  .map((file) => file.slice(0, -3));

/**
 * `npm run bench -- NAME [--quick] [--write]`: a readable table, then one JSON object as the last line. With --write, what
 * the bench has for the handbook is written there.
 */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { quick: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } },
  });
  const [name] = positionals;
  if (!name || !names.includes(name) || positionals.length > 1) {
    console.error(`usage: npm run bench -- NAME [--quick] [--write], where NAME is one of: ${names.join(', ')}`);
    return 2;
  }
  const bench = (await import(`./${name}.ts`)) as { run(options: BenchOptions): Promise<BenchReport> };
  const { tables, result, files } = await bench.run({ quick: values.quick });
  for (const table of tables) console.log(`${formatTable(table)}\n`);
  if (values.write) write(name, files);
  console.log(JSON.stringify({ bench: name, quick: values.quick, ...result }));
  return 0;
}

function write(name: string, files: BenchReport['files']): void {
  if (!files) console.error(`the bench ${name} has nothing for the handbook: nothing was written`);
  for (const [path, text] of Object.entries(files ?? {})) writeFileSync(new URL(`../${path}`, import.meta.url), text);
}

process.exitCode = await main();
