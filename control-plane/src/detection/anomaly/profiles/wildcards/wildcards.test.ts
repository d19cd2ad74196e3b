import { describe, expect, it } from 'vitest';
import { Wildcards } from './wildcards.ts';

const WORDS = 'ash birch cedar elm fir gum hazel iris juniper kapok larch maple nut oak pine quince'.split(' ');
const named = (head: string, tail: string): string[] => WORDS.map((word) => `${head}${word}${tail}`);

describe('learned wildcards', () => {
  it('take any file of a kind in a folder that has many of them', () => {
    const wildcards = new Wildcards([...named('r:/srv/www/', '.html'), 'r:/srv/www/robots.txt']);
    expect(wildcards.list).toEqual([{ pattern: 'r:/srv/www/*.html', of: 16 }]);
    expect(wildcards.covers('r:/srv/www/willow.html')).toBe(true);
    expect(wildcards.covers('r:/srv/www/willow.txt')).toBe(false);
    expect(wildcards.covers('r:/srv/www/a/willow.html')).toBe(false);
    expect(wildcards.covers('w:/srv/www/willow.html')).toBe(false);
  });

  it('take folders that are alike', () => {
    const wildcards = new Wildcards(named('r:/srv/sites/', '/index.html'));
    expect(wildcards.list).toEqual([{ pattern: 'r:/srv/sites/*/index.html', of: 16 }]);
    expect(wildcards.covers('r:/srv/sites/willow/index.html')).toBe(true);
    expect(wildcards.covers('r:/srv/sites/willow/config.php')).toBe(false);
    expect(wildcards.covers('r:/srv/sites/willow')).toBe(false);
  });

  it('keep operations apart', () => {
    const wildcards = new Wildcards(named('m:rename /srv/data/', '.tmp'));
    expect(wildcards.covers('m:rename /srv/data/willow.tmp')).toBe(true);
    expect(wildcards.covers('m:unlink /srv/data/willow.tmp')).toBe(false);
  });

  it('leave few names as they are', () => {
    expect(new Wildcards(named('r:/srv/www/', '.html').slice(0, 12)).list).toEqual([]);
  });

  it.each([
    ['r:/etc/', ''],
    ['r:/etc/ssh/', '.conf'],
    ['r:/root/', ''],
    ['r:/root/notes/', '.txt'],
    ['r:/proc/*/', ''],
    ['r:/run/secrets/app/', ''],
    ['w:/var/spool/cron/crontabs/', ''],
    ['w:/usr/lib/app/', '.js'],
    ['x:/usr/bin/', ''],
    ['x:/tmp/', ''],
    ['r:/', ''],
    ['r:/home/', '/notes'],
  ])('never stand in %s', (head, tail) => {
    expect(new Wildcards(named(head, tail)).list).toEqual([]);
  });

  it('never cover names that are worth an alert', () => {
    const wildcards = new Wildcards([...named('r:/srv/app/files/', ''), ...named('r:/srv/app/files/', '.txt')]);
    expect(wildcards.covers('r:/srv/app/files/willow')).toBe(true);
    for (const name of [
      '.env',
      'id_rsa',
      'shadow',
      'token',
      'my-secret',
      'tls.key',
      'passwords.txt',
      'shell.php',
      '**',
    ])
      expect(wildcards.covers(`r:/srv/app/files/${name}`), name).toBe(false);
  });

  it('take networks that have many peers, for their port', () => {
    const wildcards = new Wildcards([1, 2, 3, 4, 5, 6, 7, 8, 9].map((net) => `c:10.0.${net}.0/24:443`));
    expect(wildcards.covers('c:10.0.77.0/24:443')).toBe(true);
    expect(wildcards.covers('c:10.0.77.0/24:4444')).toBe(false);
    expect(wildcards.covers('c:10.1.77.0/24:443')).toBe(false);
    expect(wildcards.list).toEqual([{ pattern: 'c:10.0.0.0/16:443', of: 9 }]);
    const six = new Wildcards([1, 2, 3, 4, 5, 6, 7, 8, 9].map((net) => `c:[2001:db8:7:${net}::/64]:443`));
    expect(six.covers('c:[2001:db8:7:77::/64]:443')).toBe(true);
    expect(six.covers('c:[2001:db8:8:77::/64]:443')).toBe(false);
    expect(new Wildcards(named('c:', '.cdn.example.org:443')).covers('c:willow.cdn.example.org:443')).toBe(true);
  });

  it('take names below one that belongs to somebody, and no long ones', () => {
    const wildcards = new Wildcards(named('d:', '.cdn.example.org'));
    expect(wildcards.covers('d:willow.cdn.example.org')).toBe(true);
    expect(wildcards.covers(`d:${'a1b2'.repeat(10)}.cdn.example.org`)).toBe(false);
    expect(wildcards.covers('d:example.org')).toBe(false);
    expect(new Wildcards(named('d:', '.s3.amazonaws.com')).list).toEqual([]);
    expect(new Wildcards(named('d:', '.default.svc.cluster.local')).list).toEqual([]);
    expect(new Wildcards(named('d:', '.org')).list).toEqual([]);
  });
});
