import { describe, expect, it } from 'vitest';
import { type Command, parseCommand, positiveNumber } from './command.ts';
import { COMMANDS } from './run.ts';

const parse = (line: string) => parseCommand(COMMANDS, line.split(' '));
const problem = (line: string) => {
  try {
    parse(line);
  } catch (error) {
    return error as Error & { code: string };
  }
  throw new Error(`${line} was taken`);
};

describe('parseCommand', () => {
  it('finds commands of one and of two words, with arguments and options in any order', () => {
    expect(parse('alerts list --limit 5 --json').command.name).toBe('alerts list');
    const { command, args } = parse('record --seconds 5 file.cap --force');
    expect(command.name).toBe('record');
    expect(args).toEqual({ positionals: ['file.cap'], text: { seconds: '5' }, flags: { force: true } });
  });

  it('names what is wrong and shows the usage of the command', () => {
    expect(problem('fly').message).toMatch(/there is no command fly: .*record/);
    expect(problem('alerts').message).toMatch(/there is no command alerts: .*alerts list/);
    expect(problem('rules odd').message).toMatch(/^there is no command rules odd: (rules \w+(-\w+)?(, )?)+$/);
    expect(problem('record').message).toMatch(/argument is missing; usage: picket record FILE/);
    expect(problem('record a b').message).toMatch(/unexpected argument b; usage: picket record FILE/);
    expect(problem('status --colour').message).toMatch(/'--colour'.*usage: picket status/);
    expect(problem('record a --seconds').message).toMatch(/--seconds.*usage: picket record/);
    expect(problem('record').code).toBe('USAGE');
  });

  it('has no command that hides another, and a usage for every option', () => {
    const names = COMMANDS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { options, usage } of COMMANDS as readonly Command[])
      for (const option of Object.keys(options)) expect(usage).toContain(`--${option}`);
  });
});

describe('positiveNumber', () => {
  const args = (n: string | undefined) => ({ positionals: [], text: { n }, flags: {} });
  it('takes numbers above 0', () => {
    expect(positiveNumber(args('2.5'), 'n')).toBe(2.5);
    expect(positiveNumber(args(undefined), 'n')).toBeUndefined();
  });
  it('refuses everything else', () => {
    for (const text of ['0', '-1', 'x', '', ' ', 'Infinity', 'NaN'])
      expect(() => positiveNumber(args(text), 'n'), text).toThrow(/--n takes a number above 0/);
  });
});
