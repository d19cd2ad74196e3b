import { Kind } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { Scenario } from '../testing/scenario.ts';
import { loadRules } from './load/load-rules.ts';

const rule = (name: string, condition: string, output = 'o', more = '') =>
  `- rule: ${name}\n  desc: d\n  condition: ${condition}\n  output: ${JSON.stringify(output)}\n  priority: Notice\n${more}`;

/** A container with a shell (pid 200) under an init (pid 150). */
function scenario(...texts: string[]): Scenario {
  const load = loadRules(texts.map((text, i) => ({ name: `${i}.yaml`, text })));
  expect(load.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  const node = new Scenario(load);
  node.container();
  node.exec(150, { path: '/sbin/init', args: ['init'], ppid: 9 });
  const more = { cwd: '/Srv', env: ['A=L2V0Yy9zaGFkb3c=', 'B=%%%', 'C=YQ', 'D=/a/b/'] };
  node.exec(200, { path: '/usr/Bin/Bash', comm: 'bash', args: ['bash', '-c', 'Echo'], ppid: 150, more });
  return node;
}

const holds = (condition: string): boolean =>
  scenario(rule('R', `evt.type = openat and ${condition}`)).open(200, '/etc/Shadow', 2).length > 0;

describe.each([
  ['fd.name regex "/etc/[A-Z][a-z]+"', true],
  ['fd.name regex "etc/.*"', false],
  ['fd.name regex "/etc"', false],
  ['fd.name regex "(?i).*/SHADOW"', true],
  ['fd.name regex "/(etc|usr)/S.*"', true],
  ['proc.aname regex "in.t"', true],
  ['evt.type regex "open(at)?"', true],
  ['evt.type regex "open"', false],
  ['picket.kind regex "file[.].*"', true],
  ['container.mounts regex ".*"', false],
  ['proc.env[NONE] regex ".*"', false],
  ['tolower(fd.name) = /etc/shadow', true],
  ['tolower(fd.name) = /etc/Shadow', false],
  ['toupper(fd.name) endswith SHADOW', true],
  ['basename(fd.name) = Shadow', true],
  ['tolower(basename(fd.name)) in (passwd, shadow)', true],
  ['basename(tolower(proc.exepath)) = bash', true],
  ['basename(proc.env[D]) = ""', true],
  ['basename(proc.name) = bash', true],
  ['tolower(evt.type) = openat', true],
  ['toupper(evt.type) = OPENAT', true],
  ['toupper(evt.type) in (EXECVE, CONNECT)', false],
  ['toupper(picket.kind) = FILE.OPEN', true],
  ['toupper(proc.aname) in (SYSTEMD, INIT)', true],
  ['toupper(proc.aname) != INIT', false],
  ['b64(proc.env[A]) = /etc/shadow', true],
  ['b64(proc.env[A]) startswith /etc', true],
  ['b64(proc.env[B]) exists', false],
  ['b64(proc.env[C]) = a', true],
  ['b64(evt.type) = x', false],
  ['b64(proc.env[NONE]) exists', false],
  ['len(fd.name) = 11', true],
  ['len(fd.name) > 11', false],
  ['len(proc.aname) = 1', true],
  ['len(basename(fd.name)) in (5, 6)', true],
  ['len(evt.type) = 6', true],
  ['len(picket.kind) < 10', true],
  ['len(proc.env[NONE]) >= 0', false],
  ['len(picket.flags) = 0', true],
  ['tolower(proc.name) = tolower(proc.exe)', true],
  ['tolower(basename(proc.exepath)) = val(proc.name)', true],
  ['basename(proc.exepath) = val(proc.name)', false],
  ['proc.pname = val(proc.aname)', true],
  ['proc.name = val(proc.aname)', false],
  ['proc.name != val(proc.aname)', true],
  ['proc.pname in val(proc.aname)', true],
  ['proc.aname intersects val(proc.pname)', true],
  ['proc.apid = val(proc.ppid)', true],
  ['proc.pid in val(proc.apid)', false],
  ['len(fd.name) > len(proc.name)', true],
  ['proc.exepath icontains val(proc.name)', true],
  ['proc.cmdline contains concat(tolower(proc.name), " -c")', true],
  ['fd.name startswith anyof (/var, /etc)', true],
  ['fd.name startswith anyof (/var, /usr)', false],
  ['fd.name startswith anyof ()', false],
  ['fd.name contains allof (etc, Shadow)', true],
  ['fd.name contains allof (etc, shadow)', false],
  ['fd.name contains oneof (etc, shadow)', true],
  ['fd.name contains oneof (etc, Shadow)', false],
  ['fd.name contains oneof (var, shadow)', false],
  ['fd.name != allof (/a, /b)', true],
  ['len(fd.name) > anyof (50, 5)', true],
  ['proc.aname = anyof (init, x)', true],
  ['evt.arg[flags] = O_RDWR', true],
  ['evt.arg[2] = O_RDWR', true],
  ['evt.arg[0] = 3', true],
  ['evt.arg[1] contains Shadow', true],
  ['evt.arg[9] exists', false],
  ['proc.env contains "D=/a"', true],
  ['proc.env icontains HTTP_PROXY', false],
  ['proc.name = "\\x62ash"', true],
])('%s', (condition, expected) => {
  it(`is ${expected}`, () => {
    expect(holds(condition)).toBe(expected);
    expect(holds(`not ${condition}`)).toBe(!expected);
  });
});

describe('positions of arguments', () => {
  it('count the parameters of the event at the begin and of the one at the return', () => {
    const found = (condition: string) =>
      scenario(rule('R', `evt.type = socket and ${condition}`)).send(
        Kind.NetSocket,
        { tgid: 200, syscall: 41, result: 5 },
        { domain: 17, type: 3 },
      ).length > 0;
    expect(found('evt.arg[0] contains AF_PACKET')).toBe(true);
    expect(found('evt.arg[1] contains AF_PACKET')).toBe(true);
    expect(found('evt.arg[2] contains AF_PACKET')).toBe(false);
    expect(found('evt.arg[domain] contains AF_PACKET')).toBe(true);
  });
});

describe('outputs', () => {
  it('show transformed fields under their own key', () => {
    const output = '%toupper(proc.name) %len(fd.name) %b64(proc.env[B]) %container.info';
    expect(scenario(rule('R', 'evt.type = openat', output)).open(200, '/x')).toMatchObject([
      {
        output: 'BASH 2 <NA> container_id=c0ffee00c0ff container_name=shop',
        fields: { 'toupper(proc.name)': 'BASH', 'len(fd.name)': 2, 'b64(proc.env[B])': null },
      },
    ]);
  });
});

describe('matching: first', () => {
  const open = 'evt.type = openat';
  const one = `- matching: first\n${rule('A', `${open} and fd.name = /a`)}${rule('B', open)}${rule('C', open)}`;
  const two = rule('D', open) + rule('E', open);
  const fired = (path: string, ...texts: string[]) =>
    scenario(...texts)
      .open(200, path)
      .map((finding) => finding.rule);

  it('lets the first rule of a file fire that matches, in the order of the file', () => {
    expect(fired('/a', one, two)).toEqual(['A', 'D', 'E']);
    expect(fired('/b', one, two)).toEqual(['B', 'D', 'E']);
    expect(fired('/a', `- matching: first\n${two}`, one)).toEqual(['D', 'A']);
  });

  it('counts no rule that is disabled', () => {
    expect(fired('/a', one, '- rule: A\n  enabled: false\n')).toEqual(['B']);
  });

  it('begins anew with every event', () => {
    const node = scenario(one);
    const rules = ['/a', '/b', '/a'].flatMap((path) => node.open(200, path).map((finding) => finding.rule));
    expect(rules).toEqual(['A', 'B', 'A']);
  });
});
