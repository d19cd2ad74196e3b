import { describe, expect, it } from 'vitest';
import { outsideId, parseIdMap } from './id-map.ts';
import { parseGroups, parseUsers } from './parse-accounts.ts';

const SAME = parseIdMap('         0          0 4294967295\n');
const SHIFTED = parseIdMap('0 100000 1000\n1000 1000 1\n');
const users = (text: string, map = SAME) => parseUsers(Buffer.from(text), map, map);
const groups = (text: string, map = SAME) => parseGroups(Buffer.from(text), map);

describe('a map of ids', () => {
  it('gives the ids of the host', () => {
    expect([0, 999, 1000, 1001].map((id) => outsideId(SHIFTED, id))).toEqual([100_000, 100_999, 1000, undefined]);
    expect(outsideId(parseIdMap(''), 0)).toBeUndefined();
    expect(outsideId(parseIdMap('a b c\n1 2\n-1 0 5\n0 0 99999999999\n'), 0)).toBeUndefined();
  });
});

describe('a passwd file', () => {
  it('is read into users', () => {
    const text = 'root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000:,,,:/home/app:/sbin/nologin\n';
    expect(users(text)).toEqual({
      entries: ['0:root:0:/root:/bin/sh', '1000:app:1000:/home/app:/sbin/nologin'],
      cut: false,
    });
  });

  it('names ids as the host has them, and leaves out those that no process can have', () => {
    const text = 'root:x:0:0::/root:/bin/sh\napp:x:1000:50::/:\nfar:x:5000:0::/:\n';
    expect(users(text, SHIFTED).entries).toEqual(['100000:root:100000:/root:/bin/sh', '1000:app:100050:/:']);
  });

  it('gives an id the name of its first line, as the C library does', () => {
    expect(users('root:x:0:0:::\ntoor:x:0:0:::\n').entries).toEqual(['0:root:0::']);
  });

  it('passes over what is no entry', () => {
    const odd = [
      '',
      '# comment:x:1:1:::',
      '+nis:x:2:2:::',
      '-nis:x:3:3:::',
      ':x:4:4:::',
      'negative:x:-5:0:::',
      'hex:x:0x6:0:::',
      'huge:x:99999999999:0:::',
      'none:x:4294967295:0:::',
      'short:x',
      `${'long'.repeat(300)}:x:7:7:::`,
      'nul\0:x:8:8:::',
      'windows:x:9:9::/home:/bin/sh\r',
      'few:x:10:10',
    ];
    expect(users(odd.join('\n')).entries).toEqual(['9:windows:9:/home:/bin/sh', '10:few:10::']);
  });

  it('need not be text', () => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0xfe, 0x3a]), Buffer.from('x:11:11:::\nok:x:12:12:::\n')]);
    expect(parseUsers(bytes, SAME, SAME).entries).toEqual(['11:\ufffd\ufffd:11::', '12:ok:12::']);
    expect(users('').entries).toEqual([]);
  });

  it('is kept in bounds, and says so', () => {
    const many = Array.from({ length: 600 }, (_, i) => `u${i}:x:${i}:0::/:/bin/sh`).join('\n');
    const { entries, cut } = users(many);
    expect([entries.length, entries.at(-1), cut]).toEqual([512, '511:u511:0:/:/bin/sh', true]);
    const wide = Array.from({ length: 400 }, (_, i) => `u${i}:x:${i}:0::/${'h'.repeat(900)}:/bin/sh`).join('\n');
    expect(users(wide).cut).toBe(true);
    expect(Buffer.byteLength(users(wide).entries.join('\0'))).toBeLessThanOrEqual(16_384);
    expect(users('root:x:0:0:::\n'.repeat(10_000))).toEqual({ entries: ['0:root:0::'], cut: false });
  });
});

describe('a group file', () => {
  it('is read into groups', () => {
    expect(groups('root:x:0:\nwheel:x:10:root,app\n').entries).toEqual(['0:root', '10:wheel']);
    expect(groups('root:x:0:\nfar:x:5000:\n', SHIFTED).entries).toEqual(['100000:root']);
  });
});
