import { readFileSync } from 'node:fs';
import { HeaderFlag } from '@picket/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '../../types.ts';
import { shippedRules } from '../testing/shipped-rules.ts';
import { BUSYBOX, names, SHIPPED, Shop, TTY, UPPER } from '../testing/shop.ts';
import { loadRules } from './load/load-rules.ts';

let shop: Shop;
beforeEach(() => {
  shop = new Shop();
});

describe('the shipped rules', () => {
  it('load without a problem and say where, what and who', () => {
    expect(SHIPPED.problems).toEqual([]);
    expect(SHIPPED.rules.length).toBeGreaterThanOrEqual(25);
    for (const rule of SHIPPED.rules) {
      expect(rule.mitre.length, rule.name).toBeGreaterThan(0);
      expect(
        rule.tags.some((tag) => tag.startsWith('mitre_')),
        rule.name,
      ).toBe(true);
      expect(rule.description.length, rule.name).toBeGreaterThan(40);
      const { maturity, references, noise, tuning } = rule.metadata;
      expect(maturity, rule.name).toMatch(/^(stable|incubating)$/);
      for (const technique of rule.mitre)
        expect(references, rule.name).toContain(`https://attack.mitre.org/techniques/${technique.replace('.', '/')}/`);
      expect(noise, rule.name).toMatch(/\w{4}/);
      expect(tuning, rule.name).toMatch(/\w{4}/);
      for (const field of [
        'container.id',
        'container.name',
        'container.image',
        'user.uid',
        'proc.cmdline',
        'proc.pname',
        'proc.exepath',
      ])
        expect(rule.outputText, `${rule.name} tells %${field}`).toContain(`%${field}`);
    }
  });

  it('load together with every example of the handbook', () => {
    const handbook = readFileSync(new URL('../../../../docs/rules.md', import.meta.url), 'utf8');
    const examples = [...handbook.matchAll(/^```yaml\n(- [\s\S]*?)^```/gm)].map((match) => match[1] as string);
    expect(examples.length).toBeGreaterThanOrEqual(3);
    const files = [...shippedRules(), ...examples.map((text, i) => ({ name: `${i}`, text }))];
    expect(loadRules(files).problems).toEqual([]);
  });

  it('stay silent on the host', () => {
    shop.node.slot = 0;
    const header = { flags: HeaderFlag.host };
    expect(shop.node.exec(500, { path: '/tmp/x', header, more: { ...UPPER, ...TTY } })).toEqual([]);
    expect(shop.node.open(500, '/etc/shadow', 0, {}, header)).toEqual([]);
  });

  it('watch containers that are not known yet', () => {
    expect(names(shop.node.exec(500, { path: '/tmp/x', header: { slot: 0, cgroup: 5 } }))).toEqual([
      'Program run from a scratch directory',
    ]);
  });
});

describe('ordinary life of a container', () => {
  it('makes no alert', () => {
    const found: Finding[] = [];
    const push = (findings: readonly Finding[]) => found.push(...findings);
    push(shop.node.exec(700, { path: '/bin/sh', args: ['sh', '-c', 'sleep 100'], ppid: 77, vpid: 1 }));
    for (const command of [
      ['ls', '-la'],
      ['cat', '/etc/passwd'],
      ['wget', '-qO-', 'http://shop/'],
      ['id'],
      ['ps', 'aux'],
      ['date'],
    ]) {
      push(shop.node.fork(701, 700));
      push(
        shop.node.exec(701, {
          path: BUSYBOX,
          comm: 'exe',
          args: command,
          ppid: 700,
          more: { filename: '/proc/self/exe' },
        }),
      );
      for (const path of [
        '/etc/ld.so.cache',
        '/usr/lib/libc.so.6',
        '/etc/passwd',
        '/etc/group',
        '/proc/self/stat',
        '/proc/1/stat',
      ])
        push(shop.node.open(701, path));
      push(shop.node.connect(701, '10.96.0.10', 53, {}, { protocol: 17 }));
      push(shop.node.connect(701, '10.0.0.7', 80));
      push(shop.node.exit(701));
    }
    push(shop.node.open(700, '/var/log/app.log', 0o2101));
    push(shop.node.open(700, '/dev/tty', 2, { file_mode: 0o20666 }));
    push(shop.node.denied(700, '/var/lib/app/missing', 0, 2));
    expect(names(found)).toEqual([]);
  });
});
