import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RulesFolder } from './testing/rules-folder.ts';

const SHELL = `title: Shell started by a web server
logsource: {product: linux, category: process_creation}
detection:
  parent:
    ParentImage|endswith: [/nginx, /httpd]
  shell:
    - Image|endswith: /sh
    - CommandLine|re: '^bash\\s+-c'
  ours:
    CommandLine|contains: HealthCheck
  condition: parent and shell and not ours
level: high
`;
const DROPPED = `title: Script dropped
logsource: {product: linux, category: file_event}
detection:
  place: {TargetFilename|startswith: [/tmp/, /dev/shm/]}
  name: {TargetFilename: '*.?h'}
  condition: all of them
---
title: Far peer
logsource: {product: linux, category: network_connection}
detection:
  out: {Initiated: 'true', DestinationPort: [4444, 5555]}
  inside: {DestinationIp|cidr: [10.0.0.0/8, '127.*']}
  condition: out and not 1 of inside*
`;
const TESTS = `rules: [out.yaml]
containers: {web: {image: nginx}}
tests:
  - name: what the rules look for
    events:
      - process.exec: {pid: 100, path: /usr/sbin/nginx, container: web}
      - process.exec: {pid: 101, ppid: 100, path: /bin/SH, args: [sh]}
      - process.exec: {pid: 102, ppid: 100, path: /bin/bash, args: [bash, -c, id]}
      - file.open: {pid: 101, path: /tmp/A.SH, flags: O_WRONLY|O_CREAT}
      - net.connect: {pid: 101, remote_ip: 203.0.113.5, remote_port: 4444}
    expect:
      - {rule: Shell started by a web server, count: 2, priority: Error}
      - {rule: Script dropped, count: 1}
      - {rule: Far peer, count: 1, priority: Warning}
    expect_none: true
  - name: near misses
    events:
      - process.exec: {pid: 100, path: /usr/sbin/nginx, container: web}
      - process.exec: {pid: 101, ppid: 100, path: /bin/sh, args: [sh, healthcheck.sh]}
      - process.exec: {pid: 102, ppid: 100, path: /bin/bash, args: [bash, x, -c]}
      - process.exec: {pid: 103, ppid: 101, path: /bin/sh, args: [sh]}
      - file.open: {pid: 101, path: /tmp/a.sh}
      - file.open: {pid: 101, path: /tmp/a.h, flags: O_WRONLY|O_CREAT}
      - file.open: {pid: 101, path: /srv/tmp/a.sh, flags: O_WRONLY|O_CREAT}
      - net.connect: {pid: 101, remote_ip: 203.0.113.5, remote_port: 443}
      - net.connect: {pid: 101, remote_ip: 10.1.2.3, remote_port: 4444}
    expect_none: true
`;

const rules = new RulesFolder();
beforeAll(() => {
  rules.write('shell.yml', SHELL);
  rules.write('dropped.yml', DROPPED.replace("'127.*'", '127.0.0.0/8'));
  rules.write('other.yml', SHELL.replace('linux', 'windows'));
});
afterAll(() => rules.remove());

describe('rules import-sigma', () => {
  it('writes rules that fire for what the Sigma rules look for, and for nothing near it', async () => {
    expect(await rules.picket('rules', 'import-sigma', '@shell.yml', '@dropped.yml', '--out', '@out.yaml')).toBe(0);
    expect(rules.out.at(-1)).toBe('3 Sigma rules: 3 converted, 0 refused');
    expect(await rules.picket('rules', 'validate', '@out.yaml')).toBe(0);
    rules.write('out.test.yaml', TESTS);
    expect(await rules.picket('rules', 'test', '@out.test.yaml'), rules.text).toBe(0);
  });

  it('prints the rules when there is no --out, and tells the rest beside them', async () => {
    expect(await rules.picket('rules', 'import-sigma', '@shell.yml')).toBe(0);
    expect(rules.text).toMatch(/^- rule: Shell started by a web server\n/);
    expect(rules.notes).toEqual(['converted Shell started by a web server', '1 Sigma rule: 1 converted, 0 refused']);
  });

  it('ends with 1 when a rule was refused, and says why and where', async () => {
    expect(await rules.picket('rules', 'import-sigma', '@other.yml', '@shell.yml', '--out', '@out2.yaml')).toBe(1);
    expect(rules.text).toMatch(
      /^REFUSED {3}Shell started by a web server\n +other\.yml:2:12 the log source\n +windows/,
    );
    expect(readFileSync(`${rules.path}/out2.yaml`, 'utf8')).toMatch(/^- rule: Shell/);
    expect(await rules.picket('rules', 'import-sigma', '@other.yml', '--json')).toBe(1);
    expect(rules.json()).toMatchObject({ converted: 0, refused: 1, rules: '', outcomes: [{ line: 2 }] });
  });

  it('ends with 1 for files that can not be read or written, and 2 for wrong words', async () => {
    expect(await rules.picket('rules', 'import-sigma', '@nothing.yml')).toBe(1);
    expect(await rules.picket('rules', 'import-sigma', '@shell.yml', '--out', '@no/such/folder')).toBe(1);
    expect(rules.notes[0]).toMatch(/can not be written .*name another one/);
    expect(await rules.picket('rules', 'import-sigma')).toBe(2);
  });
});
