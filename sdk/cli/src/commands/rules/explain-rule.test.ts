import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RulesFolder } from './testing/rules-folder.ts';

const rules = new RulesFolder();
beforeAll(() => rules.fill());
afterAll(() => rules.remove());

describe('rules explain', () => {
  const explain = (...words: string[]) =>
    rules.picket('rules', 'explain', 'dump written', '@mine.yaml', '--capture', '@night.pkcap', ...words);

  it('shows which test an event fails', async () => {
    expect(await explain('--event', 'node-1/3')).toBe(0);
    rules.expectFitsTerminal();
    expect(rules.text).toBe(
      [
        'Dump written (mine.yaml:1)',
        'node-1/3 at 1970-01-01T00:00:00.003Z',
        '  openat ?(70) /srv/c.sql outside of containers',
        '  the condition does not hold: 1 test is in the way (marked >)',
        '  fail  and',
        '> fail    evt.is_open_write = true  [false]',
        '  pass    fd.name endswith .sql  [/srv/c.sql]',
        '  pass    not (1 test)',
      ].join('\n'),
    );
    expect(await explain('--event', 'node-1/b/e/3', '--all')).toBe(0);
    expect(rules.text).toMatch(/ {2}pass {4}not\n {2}none {6}proc.name in \(restic, borg\) {2}\[no value\]/);
  });

  it('finds the nearest misses', async () => {
    expect(await explain()).toBe(0);
    rules.expectFitsTerminal();
    expect(rules.text).toMatch(
      /^4 events are of a kind that fits; the condition holds for 2 of them, first for\nnode-1\/1\.$/m,
    );
    expect(rules.text.match(/^node-1\/\d+ at/gm)).toEqual(['node-1/2 at', 'node-1/3 at']);
    expect(await explain('--json', '--nearest', '1')).toBe(0);
    expect(rules.json().parts[0]).toMatchObject({
      matched: 2,
      nearest: [{ event: 'node-1/2', part: { inTheWay: [{ field: 'fd.name' }] } }],
    });
  });

  it('says what is not there', async () => {
    expect(await explain('--event', 'node-2/3')).toBe(1);
    expect(rules.notes.at(-1)).toBe('picket: the capture has no event node-2/3');
    expect(await explain('--event', 'x')).toBe(2);
    expect(await rules.picket('rules', 'explain', 'No such', '--capture', '@night.pkcap')).toBe(1);
    expect(rules.notes.at(-1)).toMatch(/there is no rule No such/);
    expect(await rules.picket('rules', 'explain', 'Dump written', '@wrong.yaml', '--capture', '@night.pkcap')).toBe(1);
    expect(rules.notes.at(-1)).toMatch(/was refused: .*wrong.yaml:2:14/);
    expect(await rules.picket('rules', 'explain', 'Dump written', '@mine.yaml')).toBe(2);
    expect(await rules.picket('rules', 'explain', 'Dump written', '@mine.yaml', '--capture', '@mine.yaml')).toBe(1);
    expect(rules.notes.at(-1)).toMatch(/not a Picket capture/);
  });
});
