import { type FieldValue, HeaderFlag, Kind } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { Scenario } from '../../testing/scenario.ts';
import { loadRules } from '../load/load-rules.ts';

const OUTPUT = '%user.name %user.homedir %user.shell %group.name %user.loginname';
const FILES = {
  users: ['0:root:0:/root:/bin/sh', '1000:app:50:/srv/app:/bin/false', '2000::50::', '4294967295:nobody:0::'],
  groups: ['0:root', '50:staff'],
};

function scene(condition = 'evt.type = openat'): Scenario {
  const text = `- rule: R\n  desc: d\n  condition: ${condition}\n  output: "${OUTPUT}"\n  priority: Notice\n`;
  const load = loadRules([{ name: 'x.yaml', text }]);
  expect(load.problems).toEqual([]);
  return new Scenario(load);
}

function output(node: Scenario, uid: number, more: Record<string, FieldValue> = {}, flags = 0): string | undefined {
  node.exec(200, { more: { gid: 50, ...more }, header: { uid, flags, slot: node.slot } });
  return node.open(200, '/x', 0, {}, { uid, flags })[0]?.output;
}

describe('users and groups', () => {
  it('are named as the files of the container name them', () => {
    const node = scene();
    node.container(FILES);
    expect(output(node, 1000)).toBe('app /srv/app /bin/false staff <NA>');
    expect(output(node, 0, { gid: 0, loginuid: 1000 })).toBe('root /root /bin/sh root app');
  });

  it('have no name when the files give none', () => {
    const node = scene();
    node.container(FILES);
    expect(output(node, 7, { gid: 7, loginuid: 7 })).toBe('<NA> <NA> <NA> <NA> <NA>');
    expect(output(node, 2000)).toBe('<NA> <NA> <NA> staff <NA>');
    node.container({});
    expect(output(node, 0, { gid: 0 })).toBe('<NA> <NA> <NA> <NA> <NA>');
  });

  it('change with the files and with the user', () => {
    const node = scene();
    node.container({ users: ['1000:app:50::'] });
    expect(output(node, 1000)).toMatch(/^app /);
    node.container({ users: ['1000:app:50::', '1001:new:50::'] });
    expect(output(node, 1001)).toMatch(/^new /);
    expect(node.open(200, '/y', 0, {}, { uid: 1000 })[0]?.output).toMatch(/^app /);
  });

  it('of the host are those of the node, never those of a container', () => {
    const node = scene();
    node.container(FILES);
    node.slot = 0;
    expect(output(node, 1000, {}, HeaderFlag.host)).toMatch(/^<NA> /);
    const host = { users: ['1000:admin:0:/home/admin:/bin/bash'], groups: ['50:wheel'] };
    node.send(Kind.ContainerUpdated, { slot: 0, generation: 0, flags: HeaderFlag.host }, host);
    expect(output(node, 1000, {}, HeaderFlag.host)).toBe('admin /home/admin /bin/bash wheel <NA>');
    // neither of the host nor of a container that is known
    expect(node.open(200, '/y', 0, {}, { uid: 1000, cgroup: 77 })[0]?.output).toMatch(/^<NA> /);
  });

  it('can be asked for in conditions', () => {
    const node = scene('evt.type = openat and user.name in (app, web) and group.name = staff');
    node.container(FILES);
    expect(output(node, 1000)).toMatch(/^app /);
    expect(output(node, 0)).toBeUndefined();
    expect(output(node, 7)).toBeUndefined();
  });
});
