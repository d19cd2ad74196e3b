import { parseIp } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { cleanText, tokenOf } from './clean-text.ts';
import { dnsClass } from './dns-class.ts';
import { networkOfText, portClass } from './peer-class.ts';
import { callName } from './syscall-names.ts';
import { TextUse, textFacts } from './text-use.ts';

describe('classes of names and addresses', () => {
  it.each([
    ['db.shop.internal', 'db.shop.internal'],
    ['db-3.db.shop.svc.cluster.local.', '*.db.shop.svc.cluster.local'],
    ['10-0-3-7.shop.pod.cluster.local', '*.shop.pod.cluster.local'],
    ['db.shop.svc.cluster.local', 'db.shop.svc.cluster.local'],
    ['evil.s3.eu-west-1.amazonaws.com', 'evil.s3.eu-west-*.amazonaws.com'],
    ['a.b.c.d.tunnel.example', '*.b.c.d.tunnel.example'],
    ['4d5a90000300000004000000ffff0000b8.tunnel.example', '*.tunnel.example'],
    ['7.3.0.10.in-addr.arpa', '*.in-addr.arpa'],
    ['', '.'],
  ])('%s is %s', (name, expected) => {
    expect(dnsClass(name)).toBe(expected);
  });

  it('of addresses are their networks', () => {
    expect(networkOfText('10.0.3.7')).toBe('10.0.3.0/24');
    expect(networkOfText('127.0.0.1')).toBe('localhost');
    expect(networkOfText('::1')).toBe('localhost');
    expect(networkOfText('fd00:1:2:3::9')).toBe('fd00:1:2:3::/64');
    expect(parseIp('no')).toBeUndefined();
    expect([portClass(4444), portClass(40_000)]).toEqual(['4444', 'high']);
  });

  it('of calls are those of the kernel', () => {
    expect([0, 59, 101, 231, 257, 318, 425, 435, 451, 462, 999].map(callName)).toEqual([
      ...['read', 'execve', 'ptrace', 'exit_group', 'openat', 'getrandom', 'io_uring_setup', 'clone3', 'cachestat'],
      ...['mseal', 'call_999'],
    ]);
  });
});

describe('text of tokens', () => {
  it('shows control characters and what turns text around', () => {
    expect(cleanText('a\u001b[2Jb\u202ec\n')).toBe('a\\u001b[2Jb\\u202ec\\u000a');
    expect(cleanText('ärger')).toBe('ärger');
  });

  it('is told apart after it was saved, wherever a cut parts a character', () => {
    for (let length = 180; length < 260; length++) {
      const paths = ['\u{1F600}', '\u{1F900}'].map((char) => `/root/${'a'.repeat(length)}${char}aeaeaeaeaeaeae`);
      const tokens = paths.map((path) => textFacts(path, TextUse.read).token);
      expect(tokens.every((token) => token.isWellFormed())).toBe(true);
      const saved = tokens.map((token) => Buffer.from(token).toString());
      expect(saved).toEqual(tokens);
    }
  });

  it('is at most 256 bytes and well formed', () => {
    for (const text of ['x'.repeat(9000), '\u{1F600}'.repeat(300), 'ä'.repeat(300), '\n'.repeat(1000)]) {
      const token = tokenOf('r', text);
      expect(Buffer.byteLength(token)).toBeLessThanOrEqual(256);
      expect(token.isWellFormed()).toBe(true);
    }
  });
});
