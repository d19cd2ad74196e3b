import { encodeRecord, Kind } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { compareWithWalk, differences } from './testing/plain-walk.ts';
import { ARGS, NAMES, PATHS, pick, type Random, randomFrom, rulesOf } from './testing/random-rules.ts';

// Whatever the engine leaves out, remembers or puts into another order: it must find what a plain walk over the condition does.

const ip = (last: number) => Uint8Array.from([...new Array(10).fill(0), 255, 255, 10, 0, 0, last]);

function record(random: Random, i: number): Uint8Array {
  const path = pick(random, PATHS);
  const process = random(6);
  const result = random(4) === 0 ? -13 : 3;
  const header = {
    ...{
      time: 1000 + i,
      sequence: i + 1,
      tgid: 50 + process,
      tid: 50 + process,
      start: 500,
      ppid: 50,
      uid: random(2),
      result,
    },
    ...(random(3) === 0 ? { flags: 1 << random(6) } : { slot: 1, generation: 1, cgroup: 900 }),
  };
  switch (random(7)) {
    case 0: {
      const body = {
        path,
        args: pick(random, ARGS),
        comm: pick(random, NAMES),
        cwd: pick(random, ['/tmp', '/']),
        tty: random(2),
      };
      return encodeRecord(Kind.ProcessExec, { ...header, syscall: 59, result: 0 }, { ...body, filename: path });
    }
    case 1: {
      const call = pick(random, [87, 263, 82, 86, 88, 90, 83]);
      return encodeRecord(
        Kind.FileModify,
        { ...header, syscall: call },
        { path, target: pick(random, PATHS), mode: 0o4755 },
      );
    }
    case 2: {
      const body = {
        local_ip: ip(9),
        remote_ip: ip(random(3)),
        local_port: 4000,
        remote_port: pick(random, [22, 443, 80]),
      };
      return encodeRecord(Kind.NetConnect, { ...header, syscall: 42 }, { ...body, family: 2, protocol: 6, count: 1 });
    }
    case 3:
      return encodeRecord(
        Kind.SyscallNotable,
        { ...header, syscall: pick(random, [101, 165, 272, 308]) },
        { path, target: path },
      );
    case 4:
      return encodeRecord(Kind.NetDns, header, { name: pick(random, [...NAMES, ...PATHS]) });
    default: {
      const body = {
        path,
        open_flags: pick(random, [0, 1, 2, 0o1101]),
        file_mode: pick(random, [0o100644, 0o100755, 0o40755]),
      };
      return encodeRecord(Kind.FileOpen, { ...header, syscall: pick(random, [2, 257, 85]) }, { ...body, count: 1 });
    }
  }
}

describe('the compiled rules', () => {
  it.each([undefined, 0, 3])('find what the plain conditions do, with %s paths remembered', (maxPaths) => {
    let [cases, matches] = [0, 0];
    for (let seed = 1; seed <= 8; seed++) {
      const random = randomFrom(seed * 7919);
      const load = rulesOf(random, 40);
      const records = Array.from({ length: 60 }, (_, i) => record(random, i));
      const compared = compareWithWalk(load, [records], { seed, ...(maxPaths === undefined ? {} : { maxPaths }) });
      expect(differences(compared)).toEqual([]);
      expect(compared.found).toHaveLength(compared.wanted.length);
      expect(compared.failures).toBe(0);
      expect(load.rules.length).toBeGreaterThan(30);
      cases += compared.cases;
      matches += compared.wanted.length;
    }
    expect(cases).toBeGreaterThan(10_000);
    expect(matches).toBeGreaterThan(cases / 20);
    expect(matches).toBeLessThan(cases * 0.8);
  });
});
