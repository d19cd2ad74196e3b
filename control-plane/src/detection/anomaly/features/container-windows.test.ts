import { HeaderFlag, Kind, LossReason } from '@picket/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { PlayedNode } from '../testing/played-node.ts';
import { WindowReplay } from '../testing/replay-windows.ts';
import type { ClosedWindow } from './container-windows.ts';
import { FeatureError } from './feature-error.ts';
import {
  type FeatureWindow,
  WINDOW_FIRST,
  WINDOW_LAST,
  WINDOW_LOSS,
  WINDOW_PARTIAL,
  WINDOW_TOKENS_FULL,
} from './feature-window.ts';
import { Scalar, type ScalarName } from './scalars.ts';

let node: PlayedNode;
beforeEach(() => {
  node = new PlayedNode();
});

const of = (closed: readonly ClosedWindow[], seconds: number): FeatureWindow[] =>
  closed.filter(({ window }) => window.seconds === seconds).map(({ window }) => window);
const scalar = (window: FeatureWindow | undefined, name: ScalarName) => window?.scalars[Scalar[name]];

describe('windows', () => {
  it('close with the watermark, the shorter ones first', () => {
    node.container(1).open(3.2, '/etc/passwd').open(3.9, '/etc/passwd').open(4.1, '/etc/hosts');
    expect(node.send(4.5)).toEqual([]);
    const [second, ...more] = node.send(5.3);
    expect(more).toEqual([]);
    expect(second?.container.name).toBe('shop');
    expect(second?.window).toMatchObject({ seconds: 1, from: 3000, to: 4000 });
    expect(scalar(second?.window, 'opens')).toBe(2);
    const lengths = node.send(75).map(({ window }) => [window.seconds, window.from]);
    expect(lengths).toEqual([
      [1, 4000],
      [10, 0],
      [60, 0],
    ]);
  });

  it('of ten seconds are there when only resources were told, those of one second are not', () => {
    node
      .container(1, {}, false)
      .add(Kind.WindowResources, 3, { from: 0n, to: 3_000_000_000n, memory: 5_000_000n, cpu: 1000n }, { tgid: 0 });
    const closed = node.send(100);
    expect(of(closed, 1)).toEqual([]);
    expect(scalar(of(closed, 10)[0], 'memory')).toBe(5_000_000);
    expect(scalar(of(closed, 60)[0], 'cpu')).toBeCloseTo(1e-6);
  });

  it('name the first and the last of their events', () => {
    node.container(1).open(3.2, '/a').open(3.4, '/b').open(3.6, '/c');
    const [window] = of(node.send(10), 1);
    expect(window?.first).toEqual({ agentEpoch: 1n, sequence: 4n });
    expect(window?.last).toEqual({ agentEpoch: 1n, sequence: 6n });
  });

  it('keep what comes late in the first one that is open', () => {
    node.container(1).open(3.2, '/a');
    node.send(6);
    node.open(3.3, '/late').open(5.1, '/now');
    expect(of(node.send(8), 1).map((window) => [window.from, [...window.tokens.keys()]])).toEqual([
      [4000, ['r:/late']],
      [5000, ['r:/now']],
    ]);
    expect(node.replay.windows.stats.late).toBe(1);
  });

  it('leave out what a snapshot states, and what is of the host', () => {
    node
      .container(1)
      .exec(2, '/bin/sh', ['sh'], {}, { flags: HeaderFlag.snapshot })
      .open(2, '/x', 0, {}, { slot: 0, flags: HeaderFlag.host });
    expect(of(node.send(10), 1)).toEqual([]);
  });

  it('leave out what a runtime does before it has entered the container', () => {
    node
      .container(1)
      .exec(2, '/', ['runc', 'init'], { vpid: 201 })
      .open(2.1, '/run/runc/state')
      .exec(2.5, '/bin/shop', ['shop'], { vpid: 1 })
      .open(2.6, '/etc/shop');
    const [window] = of(node.send(10), 1);
    expect([...(window?.tokens.keys() ?? [])]).not.toContain('r:/run/runc/state');
    expect([...(window?.tokens.keys() ?? [])]).toContain('r:/etc/shop');
    expect(node.replay.windows.stats.runtime).toBe(2);
  });

  it('count what nothing is known of', () => {
    node.slot = 9;
    node.open(2, '/x');
    expect(node.send(10)).toEqual([]);
    expect(node.replay.windows.stats.unknown).toBe(1);
  });
});

describe('flags', () => {
  it('tell of begin and end', () => {
    node.container(1).open(1.1, '/x').open(14, '/x').add(Kind.ContainerStopped, 14.5, { id: 'c1' }, { tgid: 0 });
    const flags = of(node.send(200), 10).map((window) => window.flags);
    expect(flags).toEqual([WINDOW_FIRST, WINDOW_LAST]);
    expect(node.replay.windows.containers).toBe(0);
  });

  it('tell no begin of a container that was there before', () => {
    node.container(1, {}, false).open(1.1, '/x');
    expect(of(node.send(200), 10).map((window) => window.flags)).toEqual([0]);
  });

  it('tell of metadata that is not known', () => {
    node.container(1, { image: '' }, false).open(1.1, '/x');
    expect(of(node.send(9), 1)[0]?.flags).toBe(WINDOW_PARTIAL);
  });

  const loss = (slot: number, reason: number, kind: number) =>
    node.add(
      Kind.SensorLoss,
      4.2,
      { from: 3_200_000_000n, to: 4_200_000_000n, count: 3n, lost_kind: kind, reason },
      { slot, tgid: 0 },
    );
  const twoContainers = () => {
    node.container(1, {}, false).open(3.5, '/x');
    node.slot = 2;
    node.container(1, {}, false).open(3.5, '/x');
    node.slot = 1;
  };

  it('tell of losses of one container there alone', () => {
    twoContainers();
    loss(1, LossReason.throttled, Kind.FileOpen);
    expect(node.send(7).map(({ container, window }) => [container.slot, window.flags])).toEqual([
      [1, WINDOW_LOSS],
      [2, 0],
    ]);
  });

  it('tell of losses of nobody in particular everywhere', () => {
    twoContainers();
    loss(0, LossReason.ringFull, Kind.FileOpen);
    expect(node.send(7).map(({ window }) => window.flags)).toEqual([WINDOW_LOSS, WINDOW_LOSS]);
  });

  it('tell nothing of what was only counted, and of pairs of calls that found no room', () => {
    twoContainers();
    loss(0, LossReason.suppressed, Kind.FileOpen);
    loss(0, LossReason.mapFull, Kind.WindowSyscalls);
    expect(node.send(7).map(({ window }) => window.flags)).toEqual([0, 0]);
  });

  it('tell of batches that never came', () => {
    const missing = (count: bigint) => [{ kind: 0, reason: LossReason.busLimit, count }];
    twoContainers();
    node.send(3.9, missing(5n));
    expect(node.send(5.5, missing(5n)).map(({ window }) => window.flags)).toEqual([0, 0]);
    node.open(6.1, '/y');
    node.send(6.9, missing(6n));
    expect(of(node.send(9), 1).map((window) => window.flags)).toEqual([WINDOW_LOSS]);
  });
});

describe('bounds', () => {
  it('hold against names made up in masses, and keep the rare things', () => {
    node.container(1);
    for (let i = 0; i < 2000; i++) node.open(3, `/srv/${word(i)}/${word(i * 7)}`);
    node.exec(3.5, '/usr/bin/nc', ['nc', '-e', '/bin/sh']).syscalls(3.9, [[59, 1]]);
    const [window] = of(node.send(9), 1);
    expect(window?.tokens.size).toBeLessThanOrEqual(512);
    expect((window?.flags ?? 0) & WINDOW_TOKENS_FULL).toBe(WINDOW_TOKENS_FULL);
    expect(scalar(window, 'tokens_dropped')).toBeGreaterThan(1000);
    expect(scalar(window, 'opens')).toBe(2000);
    expect(window?.tokens.get('x:/usr/bin/nc')).toBe(1);
    expect(window?.tokens.get('s:execve')).toBe(1);
  });

  it('hold against long names and control characters', () => {
    const hostile = `/srv/\u001b[2J\u202e${'\u{1F600}'.repeat(500)}`;
    node
      .container(1)
      .open(3, hostile)
      .exec(3.1, hostile, [hostile, `--${'x'.repeat(5000)}`, hostile]);
    const [window] = of(node.send(9), 1);
    for (const token of window?.tokens.keys() ?? []) {
      expect(Buffer.byteLength(token)).toBeLessThanOrEqual(256);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      expect(token).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
    }
  });

  it('hold against more containers than are kept', () => {
    const replay = new WindowReplay({ mostContainers: 1 });
    node.replay = replay;
    node.container(1, {}, false);
    node.slot = 2;
    node.container(1, {}, false).open(3, '/x');
    expect(node.send(9)).toEqual([]);
    expect(replay.windows.stats.refused).toBeGreaterThan(0);
  });
});

describe('saved windows', () => {
  it('are refused when they are garbage, cut or of another version', () => {
    node.container(1).open(3, '/x');
    node.send(3.5);
    const saved = node.replay.windows.snapshot();
    const restore = (bytes: Uint8Array) => new WindowReplay().windows.restore(bytes, () => undefined);
    restore(saved);
    for (let end = 0; end < saved.length; end += 1 + (end >> 4))
      expect(() => restore(saved.subarray(0, end)), `cut at ${end}`).toThrow(FeatureError);
    expect(() => restore(Uint8Array.of(...saved, 0))).toThrow(FeatureError);
    expect(() => restore(saved.map((byte, i) => (i === 1 ? 99 : byte)))).toThrow(/version 99/);
  });

  it('end with the run of the agent', () => {
    node.container(1).open(3, '/x');
    node.send(3.5);
    const batch = node.batch(1);
    const closed = node.replay.handle({ ...batch, header: { ...batch.header, agentEpoch: 2n } });
    expect(closed.map(({ window }) => window.seconds)).toEqual([1, 10, 60]);
    expect(closed.map(({ window }) => window.first?.agentEpoch)).toEqual([1n, 1n, 1n]);
  });
});

/** A word of letters that says nothing, another for each number. */
const word = (n: number): string =>
  [...String(n)].map((digit) => 'bacedofuhi'[Number(digit)]).join('') + (n % 2 ? 'na' : 'lo');
