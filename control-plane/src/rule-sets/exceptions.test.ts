import type { Alert } from '@picket/sdk';
import { afterEach, describe, expect, test } from 'vitest';
import { Scenario } from '../detection/testing/scenario.ts';
import { onSqlite } from '../store/testing/databases.ts';
import { containerWith, opens, openTestLife, type TestLife } from './testing/test-life.ts';

const RULES = `
- rule: secret read
  condition: evt.type = openat and fd.name startswith /secret/ and container.id != host
  output: "%fd.name by %proc.name"
  priority: Warning
- rule: many reads
  condition: evt.type = openat and fd.name startswith /many/
  window: {count: true, by: container, over: 10s, at_least: 3}
  output: many
  priority: Warning
`;
const DAY_MS = 86_400_000;
const actor = { id: 'analyst' };
const operator = { id: 'operator' };
const proposal = (alert: Alert | undefined, more: object = {}) => ({
  alert: alert?.uuid ?? '',
  hours: 24,
  dry_run: false,
  ...more,
});
const acceptance = (id: string | null, days = 1) => ({
  proposal: id ?? '',
  owner: 'team shop',
  reason: 'the backup reads it',
  expires: new Date(Date.now() + days * DAY_MS).toISOString(),
});

onSqlite((database) => {
  const lives: TestLife[] = [];
  afterEach(async () => {
    for (const life of lives.splice(0)) await life.stop();
  });

  /** A container with two programs, and a rule that both of them break. */
  const open = async () => {
    const store = await database.open();
    const life = await openTestLife(store, { rules: RULES });
    lives.push(life);
    const scenario = new Scenario();
    life.feed(
      ...containerWith(scenario, 7, '/usr/bin/backup'),
      ...containerWith(scenario, 8, '/usr/bin/evil').slice(1),
    );
    const feed = async (pid: number, ...paths: string[]) => {
      const alerts = life.feed(...opens(scenario, pid, ...paths));
      await store.alerts.upsert(alerts);
      return alerts;
    };
    return { store, life, feed, does: life.lifecycle };
  };

  test('an exception is proposed from an alert with what it would have silenced, accepted, and ends by itself', async () => {
    const { store, life, feed, does } = await open();
    const [alert] = await feed(7, '/secret/a');
    await feed(7, '/secret/b');
    await feed(8, '/secret/a');
    const proposed = await does.propose(actor, null, proposal(alert));
    expect(proposed).toMatchObject({
      rule: 'secret read',
      exception: {
        fields: ['proc.exepath', 'container.image.repository', 'fd.name'],
        comps: ['=', '=', '='],
        values: ['/usr/bin/backup', 'registry:5000/team/shop', '/secret/a'],
      },
      effect: {
        events: {
          batches: 4,
          cut: null,
          unreadable: 0,
          before: { alerts: 3, matches: 3 },
          after: { alerts: 2, matches: 2 },
        },
        alerts: { looked: 3, silenced: 1, unknown: 0, cut: false, examples: [{ uuid: alert?.uuid }] },
      },
    });
    expect(await feed(7, '/secret/a')).toHaveLength(1);

    const info = await does.accept(operator, acceptance(proposed.id));
    expect(info).toMatchObject({
      state: 'active',
      owner: 'team shop',
      proposed_by: 'analyst',
      accepted_by: 'operator',
      applies: true,
    });
    expect(await feed(7, '/secret/a')).toEqual([]);
    expect(await feed(8, '/secret/a')).toHaveLength(1);
    expect(await feed(7, '/secret/b')).toHaveLength(1);
    expect(life.active.takeSilenced()).toEqual(new Map([[info.id, 1]]));

    life.advance(2 * DAY_MS);
    await expect
      .poll(async () => (await does.exceptions(10, undefined, 'expired')).items.length, { timeout: 10_000 })
      .toBe(1);
    expect(await feed(7, '/secret/a')).toHaveLength(1);
    const actions = (await store.audit.list(10)).items.map(({ action, actor: who }) => [action, who]);
    expect(actions).toEqual([
      ['rules.exception.expire', 'system'],
      ['rules.exception.accept', 'operator'],
      ['rules.exception.propose', 'analyst'],
    ]);
  });

  test('how often it silenced something is kept', async () => {
    const { feed, does } = await open();
    const [alert] = await feed(7, '/secret/a');
    const { id } = await does.propose(actor, null, proposal(alert));
    await does.accept(operator, acceptance(id));
    await feed(7, '/secret/a', '/secret/a', '/secret/b');
    await expect
      .poll(async () => (await does.exceptions(10, undefined, 'active')).items[0]?.silenced, { timeout: 15_000 })
      .toBe(2);
  });

  test('is ended by hand once, and holds in a process that starts anew until then', async () => {
    const { store, life, feed, does } = await open();
    const [alert] = await feed(7, '/secret/a');
    const { id } = await does.propose(actor, null, proposal(alert, { fields: ['proc.name'] }));
    await does.accept(operator, acceptance(id));
    await expect(does.accept(operator, acceptance(id))).rejects.toMatchObject({ code: 'RULES_CONFLICT' });
    const again = await openTestLife(store, { rules: RULES });
    lives.push(again);
    expect(again.active.state().digest).toBe(life.active.state().digest);
    await does.endException(operator, id ?? '');
    expect(await feed(7, '/secret/a')).toHaveLength(1);
    await expect(does.endException(operator, id ?? '')).rejects.toMatchObject({ code: 'RULES_CONFLICT' });
    await again.active.refresh();
    expect(again.active.program.layers.exceptions).toEqual([]);
  });

  test('warns of what others can make hold', async () => {
    const { feed, does } = await open();
    const [alert] = await feed(7, '/secret/a');
    const warned = async (fields: string[]) =>
      (await does.propose(actor, null, proposal(alert, { fields, dry_run: true }))).warnings.join('\n');
    expect(await warned(['proc.name'])).toMatch(
      /proc\.name is chosen by the process[\s\S]*any program[\s\S]*every container/,
    );
    expect(await warned(['proc.exepath', 'container.name'])).toMatch(
      /container\.name is chosen by whoever[\s\S]*is_exe_upper_layer/,
    );
    expect((await does.exceptions(10, undefined, undefined)).items).toEqual([]);
  });

  test('shows its effect on rules over several events too', async () => {
    const { feed, does } = await open();
    const paths = ['/many/1', '/many/2', '/many/3'];
    const [alert] = await feed(7, ...paths);
    const { effect } = await does.propose(actor, null, proposal(alert, { fields: ['proc.exepath'], dry_run: true }));
    expect(effect.events).toMatchObject({ before: { alerts: 1, matches: 3 }, after: { alerts: 0, matches: 0 } });
  });

  describe('is refused', () => {
    test.each([
      ['for fields that the alert does not tell', { fields: ['proc.tty'] }, 'REQUEST_INVALID'],
      ['for an end that has passed', { expires: '2020-01-01T00:00:00Z' }, 'REQUEST_INVALID'],
      [
        'for an end in more than a year',
        { expires: new Date(Date.now() + 400 * DAY_MS).toISOString() },
        'REQUEST_INVALID',
      ],
      ['for an alert that is not there', { alert: '00000000-0000-4000-8000-000000000000' }, 'NOT_FOUND'],
    ])('%s', async (_, more, code) => {
      const { feed, does } = await open();
      const [alert] = await feed(7, '/secret/a');
      await expect(does.propose(actor, null, proposal(alert, more))).rejects.toMatchObject({ code });
    });

    test('for an alert outside of the scope, or of a rule that is gone', async () => {
      const { life, feed, does } = await open();
      const [alert] = await feed(7, '/secret/a');
      await expect(does.propose(actor, ['shop'], proposal(alert))).rejects.toMatchObject({ code: 'NOT_FOUND' });
      life.files = [{ name: '/rules/base.yaml', text: '[]' }];
      await does.reload(operator, true);
      await expect(does.propose(actor, null, proposal(alert))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });
  });
});
