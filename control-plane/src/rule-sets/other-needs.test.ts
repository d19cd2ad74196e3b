import { Kind } from '@picket/sdk';
import { expect, it } from 'vitest';
import { needsOfDetectors } from '../detection/plan/detector-needs.ts';
import { onSqlite } from '../store/testing/databases.ts';
import { openTestLife } from './testing/test-life.ts';

const rule = (name: string, path: string) =>
  `- {rule: ${name}, desc: d, condition: "evt.is_open_read = true and fd.name = ${path}", output: o, priority: Notice}\n`;

const wants = (kinds: number[]) => needsOfDetectors([{ kinds, paused: false, severity: 'Notice' }]);

onSqlite((database) => {
  it('the plan is for detectors besides the rules, also when the rules change', async () => {
    const life = await openTestLife(await database.open(), { rules: rule('one', '/one') });
    const { active } = life;
    const alone = active.plan();
    expect(alone.kinds).not.toContain('net.unix');
    active.needBesides(wants([Kind.NetUnix]));
    expect(active.plan().kinds).toContain('net.unix');
    expect(active.state().plan).toBe(active.plan().revision);
    const withNeeds = active.plan().revision;
    active.needBesides(wants([Kind.NetUnix]));
    expect(life.logged.filter((line) => line.startsWith('probe plan made'))).toHaveLength(2);

    life.files = [{ name: '/rules/base.yaml', text: rule('one', '/one') + rule('two', '/two') }];
    await life.lifecycle.reload({ id: 'admin' }, false);
    expect(active.plan().kinds).toContain('net.unix');
    expect(active.plan().paths.map(({ prefix }) => prefix)).toContain('/two');
    expect(active.plan().revision).not.toBe(withNeeds);

    active.needBesides(needsOfDetectors([]));
    expect(active.plan().kinds).toEqual(alone.kinds);
    await life.stop();
  });
});
