import { describe, expect, it } from 'vitest';
import { loadRules } from '../rules/load/load-rules.ts';
import { needsOfRules } from './rule-needs.ts';

const needs = (condition: string, priority = 'Warning') => {
  const text = `- rule: r\n  desc: d\n  condition: >\n    ${condition}\n  output: o\n  priority: ${priority}\n`;
  const load = loadRules([{ name: 'r.yaml', text }]);
  expect(load.problems).toEqual([]);
  return needsOfRules(load);
};
const READ = 'evt.type = openat and evt.is_open_read = true';
/** Places that a rule about reading lists; undefined when it wants all or no reads. */
const places = (path: string) => {
  const { opens, paths } = needs(`${READ} and ${path}`);
  return opens.read === 'listed'
    ? paths.filter((rule) => rule.for.includes('read')).map(({ prefix, name }) => prefix ?? { name })
    : undefined;
};

describe('the access', () => {
  it.each([
    [READ, { read: 'all', write: 'all', failed: 'none' }],
    ['evt.type = openat and evt.is_open_write = true', { read: 'none', write: 'all', failed: 'none' }],
    ['evt.type = openat and not evt.is_open_write = true', { read: 'all', write: 'all', failed: 'all' }],
    ['evt.type = openat and evt.failed = true', { read: 'none', write: 'none', failed: 'all' }],
    ['evt.type = openat and evt.res = EACCES', { read: 'none', write: 'none', failed: 'all' }],
    ['evt.type = openat and not evt.res in (EACCES, ENOENT)', { read: 'all', write: 'all', failed: 'all' }],
    ['evt.type = openat and evt.rawres < 0', { read: 'none', write: 'none', failed: 'all' }],
    ['evt.type = openat and fd.typechar = f', { read: 'all', write: 'all', failed: 'none' }],
    ['evt.type = openat and fs.path.name = /a/b', { read: 'listed', write: 'listed', failed: 'listed' }],
    ['evt.type = execve', { read: 'none', write: 'none', failed: 'none' }],
  ])('%s', (condition, opens) => {
    expect(needs(condition).opens).toEqual(opens);
  });
});

describe('the path', () => {
  it.each<[string, (string | { name: string })[] | undefined]>([
    ['fd.name = /etc/shadow', ['/etc/shadow']],
    ['fd.name in (/a/b, /c/d)', ['/a/b', '/c/d']],
    ['fd.name startswith /etc/ssh/', ['/etc/ssh/']],
    ['fd.name bstartswith 2f6574632f', ['/etc/']],
    ['fd.name pmatch (/etc/pam.d, var/spool)', ['/etc/pam.d', '/var/spool']],
    ['fd.name pmatch ("/home/*/.ssh")', ['/home/']],
    ['fd.name endswith /.aws/credentials', [{ name: 'credentials' }]],
    ['fd.name glob "/home/*/.ssh/id_rsa"', [{ name: 'id_rsa' }]],
    ['fd.name glob "/dev/sd[a-z]*"', ['/dev/sd']],
    ['fd.name glob "/a[b/c]d"', ['/a']],
    ['fd.directory = /etc/cron.d', ['/etc/cron.d']],
    ['fd.directory pmatch (etc)', ['/etc']],
    ['fd.filename in (id_rsa, id_dsa)', [{ name: 'id_rsa' }, { name: 'id_dsa' }]],
    ['fd.filename = abcdefghijabcdefghijabcdefghijabcd', [{ name: 'abcdefghijabcdefghijabcdefghijab' }]],
    ['(fd.name = /a/b or fd.name = /c/d)', ['/a/b', '/c/d']],
    ['fd.name startswith /etc/ and fd.name = /etc/shadow', ['/etc/shadow']],
    ['not (fd.name != /a/b or not fd.name startswith /a/)', ['/a/']],
    ['(fd.name = /a/b or proc.name = cat)', undefined],
    ['not fd.name = /a/b', undefined],
    ['fd.name != /a/b', undefined],
    ['fd.name contains shadow', undefined],
    ['fd.name endswith .key', undefined],
    ['fd.name glob "*shadow"', undefined],
    ['fd.name iglob "/ETC/*"', undefined],
    ['fd.name exists', undefined],
    ['fd.name startswith concat("/proc/", proc.vpid)', undefined],
    ['fd.filename startswith id_', undefined],
    ['evt.arg.name = /a/b', undefined],
    // a character across the limit can not be cut like bytes
    [`fd.filename = ${'a'.repeat(31)}\u00e9b`, undefined],
  ])('%s', (path, expected) => {
    expect(places(path)).toEqual(expected);
  });

  it('is cut to what the kernel compares', () => {
    expect(places(`fd.name = /${'x'.repeat(300)}`)).toEqual([`/${'x'.repeat(119)}`]);
    expect(places(`fd.name startswith "/${'x'.repeat(118)}\u00e9"`)).toEqual([`/${'x'.repeat(118)}`]);
  });

  it('of an open that failed may have doubled slashes', () => {
    const { paths } = needs('evt.type = openat and evt.failed = true and fd.name pmatch (/a/b)');
    expect(paths.map(({ prefix }) => prefix)).toEqual(['/a/b', 'a', '//', '/a//']);
  });
});

describe('what must be seen', () => {
  const mustSee = (path: string, priority?: string) =>
    needs(`${READ} and ${path}`, priority).paths.some((rule) => rule.mustSee);

  it.each([
    ['fd.name = /etc/shadow', 'Warning', true],
    ['fd.name = /vault', 'Critical', true],
    ['fd.name startswith /etc/pam.d', 'Error', true],
    ['fd.filename = id_rsa', 'Warning', true],
    ['fd.name = /etc/shadow', 'Notice', false],
    ['fd.name startswith /etc', 'Critical', false],
    ['fd.name pmatch (/usr/lib)', 'Critical', false],
    ['fd.name glob "/proc/[0-9]*/root/*"', 'Critical', false],
  ])('%s of a rule of priority %s: %s', (path, priority, expected) => {
    expect(mustSee(path, priority)).toBe(expected);
  });

  it('are rare kinds, and never those that come in floods', () => {
    expect(needs('evt.type in (ptrace, connect, openat)').mustSee).toEqual(['net.unix', 'syscall.notable']);
    expect(needs('evt.type = ptrace', 'Notice').mustSee).toEqual([]);
  });
});

describe('notable calls', () => {
  it.each<[string, readonly number[] | null]>([
    ['evt.type = ptrace', [101]],
    ['evt.type in (setns, unshare) and proc.name = x', [272, 308]],
    ['evt.type = ptrace or (evt.type = bpf and proc.name = x)', [101, 321]],
    ['evt.type in (ptrace, bpf) and not evt.type = bpf', [101]],
    ['container.id != host', null],
    ['evt.type = openat', []],
    ['picket.kind = syscall.notable', null],
  ])('%s', (condition, calls) => {
    expect(needs(condition).calls).toEqual(calls);
  });
});
