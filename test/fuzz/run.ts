import { parseArgs } from 'node:util';
import { fuzzRules } from './rules/run-rules.ts';

const USAGE = 'usage: npm run fuzz -- rules [--count N] [--seed S] [--case I]';
const DEFAULT_COUNT = 1_000_000;

/** `npm run fuzz -- rules`: a million changed rules, or as many as asked; exit code 1 when something was found. */
async function main(): Promise<number> {
  const whole = (text: string | undefined): number | undefined => {
    if (text === undefined) return undefined;
    if (/^\d{1,9}$/.test(text)) return Number(text);
    throw new RangeError(`"${text}" is no whole number`);
  };
  try {
    const options = { count: { type: 'string' }, seed: { type: 'string' }, case: { type: 'string' } } as const;
    const { values, positionals } = parseArgs({ allowPositionals: true, options });
    if (positionals.length !== 1 || positionals[0] !== 'rules') throw new RangeError('what is to be fuzzed: rules');
    const { count, seed } = values;
    const asked = { count: whole(count) ?? DEFAULT_COUNT, seed: whole(seed) ?? 1, only: whole(values.case) };
    return (await fuzzRules(asked, (line) => console.log(line))) ? 0 : 1;
  } catch (error) {
    const isUsage = error instanceof RangeError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
    console.error(isUsage ? `${(error as Error).message}\n${USAGE}` : error);
    return isUsage ? 2 : 1;
  }
}

process.exitCode = await main();
