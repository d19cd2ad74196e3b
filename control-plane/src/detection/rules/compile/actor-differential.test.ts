import { encodeRecord, HeaderFlag, Kind } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { NodeState } from '../../state/node-state.ts';
import { compareWithWalk, differences } from './testing/plain-walk.ts';
import { ARGS, NAMES, PATHS, pick, type Random, randomFrom, rulesOf } from './testing/random-rules.ts';

// What the engine remembers of processes and containers has to be forgotten when they change, however they do.

interface Living {
  readonly pid: number;
  readonly start: number;
  readonly slot: number;
}

const PIDS = 9;

/** A node on which processes start, run programs, change places and end, among events of theirs, some of which come late. */
class Node {
  readonly #random: Random;
  #time = 10_000;
  #sequence = 0;
  readonly #living: Living[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  record(): Uint8Array {
    const random = this.#random;
    this.#time += 10 + random(20);
    const of = this.#living.length > 0 && random(12) > 0 ? pick(random, this.#living) : undefined;
    if (!of || (this.#living.length < PIDS && random(6) === 0)) return this.#begin();
    switch (random(14)) {
      case 0:
      case 1:
        return this.#exec(of);
      case 2:
        this.#living.splice(this.#living.indexOf(of), 1);
        return encodeRecord(Kind.ProcessExit, this.#header(of), { comm: pick(random, NAMES) });
      case 3:
        return encodeRecord(Kind.ProcessMoved, { ...this.#header(of), slot: 1 + random(3) }, { comm: 'sh' });
      case 4:
        return this.#container();
      default:
        return this.#event(of);
    }
  }

  #header({ pid, start, slot }: Living, late = 0) {
    const random = this.#random;
    const place = slot === 0 ? { flags: HeaderFlag.host } : { slot, generation: 1, cgroup: 900 + slot };
    const who = { tgid: pid, tid: pid, start, ppid: 49 + random(PIDS), uid: random(8) === 0 ? 7 : 0 };
    return { ...place, ...who, time: this.#time - late, sequence: ++this.#sequence, result: random(3) === 0 ? -13 : 0 };
  }

  #begin(): Uint8Array {
    const random = this.#random;
    const pid = 50 + random(PIDS);
    const old = this.#living.findIndex((one) => one.pid === pid);
    const parent = this.#living.length > 0 ? pick(random, this.#living) : undefined;
    if (old >= 0) this.#living.splice(old, 1);
    const made = { pid, start: this.#time, slot: parent && random(5) > 0 ? parent.slot : random(4) };
    this.#living.push(made);
    if (random(5) === 0) return this.#exec(made);
    const body = { parent_start: parent?.start ?? 0, parent_tid: parent?.pid ?? 0, vpid: 1 + random(3), sid: 50 };
    return encodeRecord(
      Kind.ProcessFork,
      { ...this.#header(made), syscall: 56, ppid: parent?.pid ?? 1, result: 0 },
      body,
    );
  }

  #exec(of: Living): Uint8Array {
    const random = this.#random;
    const path = pick(random, PATHS);
    const parent = pick(random, this.#living);
    const body = { path, filename: path, args: pick(random, ARGS), comm: pick(random, NAMES), tty: random(2) };
    const more = { cwd: pick(random, ['/tmp', '/']), vpid: 1 + random(3), exe_flags: random(4), loginuid: random(3) };
    const flags = random(6) === 0 ? { flags: HeaderFlag.snapshot | (random(2) === 0 ? HeaderFlag.synthetic : 0) } : {};
    const header = { ...this.#header(of), syscall: 59, result: 0, ppid: parent.pid };
    return encodeRecord(Kind.ProcessExec, { ...header, ...flags }, { ...body, ...more, parent_start: parent.start });
  }

  #container(): Uint8Array {
    const random = this.#random;
    const slot = random(4);
    const header = {
      ...{ time: this.#time, sequence: ++this.#sequence },
      ...(slot === 0 ? { flags: HeaderFlag.host } : { slot, generation: 1, cgroup: 900 + slot }),
    };
    if (random(8) === 0) return encodeRecord(Kind.ContainerStopped, header, {});
    return encodeRecord(random(2) === 0 ? Kind.ContainerStarted : Kind.ContainerUpdated, header, {
      id: pick(random, ['', 'c0ffee00c0ffee00', 'sh']),
      image: pick(random, ['', 'x:1', 'b/sh:2', 'host']),
      mounts: pick(random, [[], ['/srv:/usr:ro'], ['/srv:/tmp:rw', '/x:/usr/lib:rw']]),
      users: pick(random, [[], ['0:root:0:/root:/bin/sh'], ['0:x:0:/:/bin/sh', '7:b:7:/b:/bin/sh']]),
      init_pid: random(3) === 0 ? 50 + random(PIDS) : 0,
    });
  }

  #event(of: Living): Uint8Array {
    const random = this.#random;
    const late = random(4) === 0 ? random(300) : 0;
    const header = this.#header(of, late);
    const [path, target] = [pick(random, PATHS), pick(random, PATHS)];
    switch (random(4)) {
      case 0:
        return encodeRecord(
          Kind.FileModify,
          { ...header, syscall: pick(random, [87, 263, 82, 86, 88]) },
          { path, target },
        );
      case 1:
        return encodeRecord(
          Kind.SyscallNotable,
          { ...header, syscall: pick(random, [101, 165, 272]) },
          { path, target },
        );
      case 2:
        return encodeRecord(Kind.NetDns, header, { name: pick(random, NAMES) });
      default:
        return encodeRecord(Kind.FileOpen, { ...header, syscall: 257 }, { path, open_flags: random(3), count: 1 });
    }
  }
}

describe('what is remembered of processes and containers', () => {
  it.each([
    ['as they are', {}],
    ['in a tree that is always full', { maxProcesses: 6, keepExited: 100, maxAncestors: 2 }],
  ])('is forgotten when they change, %s', (_, options) => {
    let [cases, matches] = [0, 0];
    for (let seed = 1; seed <= 6; seed++) {
      const random = randomFrom(seed * 104_729);
      const load = rulesOf(random, 30);
      const node = new Node(random);
      const batches = Array.from({ length: 20 }, () => Array.from({ length: 20 }, () => node.record()));
      const compared = compareWithWalk(load, batches, { seed, state: new NodeState('node', options) });
      expect(differences(compared)).toEqual([]);
      expect(compared.found).toHaveLength(compared.wanted.length);
      expect(compared.failures).toBe(0);
      cases += compared.cases;
      matches += compared.wanted.length;
    }
    expect(cases).toBeGreaterThan(20_000);
    expect(matches).toBeGreaterThan(cases / 20);
  });
});
