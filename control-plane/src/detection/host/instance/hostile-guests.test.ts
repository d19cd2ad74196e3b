import { describe, expect, it } from 'vitest';
import { guardModule } from '../guard/guard-module.ts';
import { assemble } from '../testing/assemble.ts';
import { ALL_IMPORTS, type GuestParts, guestText } from '../testing/guest-text.ts';
import { DetectorFault } from './detector-fault.ts';
import { DetectorInstance, type InstanceOptions } from './detector-instance.ts';
import { guestBatch } from './guest-batch.ts';
import type { GuestFinding, HostFunctions } from './host-functions.ts';

const MEMORY = '(memory (export "memory") 2 4)';
const ALL = new Set(['observe', 'state', 'context', 'respond'] as const);

interface Heard {
  readonly findings: GuestFinding[];
  readonly logs: string[];
}

const info = { id: 'c1', name: 'shop', image: 'shop:1', namespace: 'web', pod: 'shop-0' };
const known = {
  tgid: 7,
  start: 9n,
  parentTgid: 1,
  parentStart: 2n,
  uid: 0,
  slot: 3,
  name: 'sh',
  exepath: '/bin/sh',
  cmdline: 'sh -c ls',
};

function hostFor(heard: Heard): Required<HostFunctions> {
  return {
    emit: (finding) => void heard.findings.push(finding),
    log: (_level, message) => void heard.logs.push(message),
    now: () => 5n,
    stateget: () => new Uint8Array([1, 2, 3]),
    stateput: () => true,
    process: () => known,
    container: () => info,
    propose: () => {},
  };
}

/** A guarded guest with two pages of memory, and what it says. */
async function guest(parts: GuestParts, options: Partial<InstanceOptions> = {}) {
  const text = guestText({ imports: ALL_IMPORTS, memory: MEMORY, ...parts });
  const { bytes } = guardModule(await assemble(text), { capabilities: ALL });
  const heard: Heard = { findings: [], logs: [] };
  const module = new WebAssembly.Module(bytes);
  return {
    ...heard,
    make: () => new DetectorInstance(module, { encoding: 'utf16', host: hostFor(heard), ...options }),
  };
}

/** The code of the fault that a call ends with; then the instance must be dead. */
function faultOf(instance: DetectorInstance, call: (instance: DetectorInstance) => unknown): string {
  try {
    call(instance);
  } catch (error) {
    if (!(error instanceof DetectorFault)) throw error;
    expect(instance.fault).toBe(error);
    expect(() => instance.ontick(1n)).toThrow(expect.objectContaining({ code: 'DETECTOR_DEAD' }));
    return error.code;
  }
  throw new Error('the call ended well');
}

const tick = (instance: DetectorInstance) => instance.ontick(1n);
const header = { agentEpoch: 1n, wallOffset: 0n, watermark: 0n, bootId: new Uint8Array(16), node: 'n', losses: [] };
const batch = guestBatch(header, new Uint8Array(128), 2);

const HUGE = '(i32.const -8)';
const EMPTY = '(i32.const 0) (i32.const 0)';

describe('pointers out of bounds from every host call', () => {
  const calls: Record<string, string> = {
    'emit title': `(call $emit ${HUGE} (i32.const 9) (i32.const 4) ${EMPTY} (i32.const -1) (i32.const 0) ${EMPTY} ${EMPTY})`,
    'emit title length': `(call $emit (i32.const 0) (i32.const -1) (i32.const 4) ${EMPTY} (i32.const -1) (i32.const 0) ${EMPTY} ${EMPTY})`,
    'emit message': `(call $emit ${EMPTY} (i32.const 4) ${HUGE} (i32.const 1) (i32.const -1) (i32.const 0) ${EMPTY} ${EMPTY})`,
    'emit message that is not aligned': `(call $emit ${EMPTY} (i32.const 4) (i32.const 3) (i32.const 1) (i32.const -1) (i32.const 0) ${EMPTY} ${EMPTY})`,
    'emit group': `(call $emit ${EMPTY} (i32.const 4) ${EMPTY} (i32.const -1) (i32.const 0) (i32.const 131070) (i32.const 2) ${EMPTY})`,
    'emit fields': `(call $emit ${EMPTY} (i32.const 4) ${EMPTY} (i32.const -1) (i32.const 0) ${EMPTY} (i32.const 131064) (i32.const 1))`,
    'emit field count': `(call $emit ${EMPTY} (i32.const 4) ${EMPTY} (i32.const -1) (i32.const 0) ${EMPTY} (i32.const 0) (i32.const 0x10000001))`,
    'emit field text': `(i32.store (i32.const 64) ${HUGE}) (i32.store (i32.const 68) (i32.const 4))
      (call $emit ${EMPTY} (i32.const 4) ${EMPTY} (i32.const -1) (i32.const 0) ${EMPTY} (i32.const 64) (i32.const 1))`,
    log: `(call $log (i32.const 1) ${HUGE} (i32.const 100))`,
    'log length': '(call $log (i32.const 1) (i32.const 0) (i32.const 0x7fffffff))',
    'stateget key': `(call $stateget ${HUGE} (i32.const 9) (i32.const 0))`,
    'stateget answer': `(call $stateget ${EMPTY} (i32.const 131068))`,
    'stateget answer that is not aligned': `(call $stateget ${EMPTY} (i32.const 2))`,
    'stateput key': `(drop (call $stateput ${HUGE} (i32.const 9) ${EMPTY}))`,
    'stateput value': `(drop (call $stateput ${EMPTY} ${HUGE} (i32.const 9)))`,
    'stateput value length': `(drop (call $stateput ${EMPTY} (i32.const 0) (i32.const -1)))`,
    'process answer': '(call $process (i32.const 7) (i64.const 9) (i32.const 131008))',
    'container answer': '(call $container (i32.const 3) (i32.const -4))',
    'propose action': `(call $propose ${HUGE} (i32.const 9) ${EMPTY} ${EMPTY})`,
    'propose reason': `(call $propose ${EMPTY} ${EMPTY} ${HUGE} (i32.const 9))`,
  };
  it.each(Object.entries(calls))('%s', async (_name, call) => {
    const { make, findings, logs } = await guest({ ontick: `${call} (i32.const 0)` });
    expect(faultOf(make(), tick)).toBe('DETECTOR_BOUNDS');
    expect([findings, logs]).toEqual([[], []]);
  });
});

it.each([
  ['a result outside', '(i32.const -4)', 'DETECTOR_BOUNDS'],
  ['a result that is not aligned', '(i32.const 2)', 'DETECTOR_BOUNDS'],
  ['a result of no kind', '(i32.store (i32.const 64) (i32.const 7)) (i32.const 64)', 'DETECTOR_ABI'],
  [
    'an error outside',
    '(i32.store8 (i32.const 64) (i32.const 1)) (i32.store (i32.const 68) (i32.const -8)) (i32.store (i32.const 72) (i32.const 9)) (i32.const 64)',
    'DETECTOR_BOUNDS',
  ],
])('refuses %s', async (_name, ontick, code) => {
  const { make } = await guest({ ontick });
  expect(faultOf(make(), tick)).toBe(code);
});

describe('cabi_realloc that answers rubbish', () => {
  it.each([
    ['outside', '(i32.const -16)'],
    ['the last byte', '(i32.const 131071)'],
    ['not aligned', '(i32.const 4097)'],
  ])('%s', async (_name, realloc) => {
    const { make } = await guest({ realloc, ontick: '(call $container (i32.const 3) (i32.const 64)) (i32.const 0)' });
    expect(faultOf(make(), (instance) => instance.init('{"a": 1}'))).toBe('DETECTOR_BOUNDS');
    expect(faultOf(make(), tick)).toBe('DETECTOR_BOUNDS');
  });

  it('may not call the host', async () => {
    const { make, logs } = await guest({ realloc: `(call $log (i32.const 1) ${EMPTY}) (i32.const 4096)` });
    expect(faultOf(make(), (instance) => instance.onbatch(batch))).toBe('DETECTOR_ABI');
    expect(logs).toEqual([]);
  });

  it('can only damage its own memory', async () => {
    const { make } = await guest({ realloc: '(i32.const 0)' });
    // The batch lies over what the guest then answers with.
    expect(faultOf(make(), (instance) => instance.onbatch(batch))).toBe('DETECTOR_ABI');
  });
});

describe('texts', () => {
  const say = (units: number) => `(call $log (i32.const 1) (i32.const 64) (i32.const ${units})) (i32.const 0)`;
  const utf16 = (fields: string, units: number) => guest({ ontick: say(units), fields });
  const utf8 = (fields: string, units: number) => guest({ ontick: say(units), fields }, { encoding: 'utf8' });

  it('refuses halves of surrogate pairs and bytes that are no UTF-8', async () => {
    for (const data of ['\\00\\d8', '\\00\\dc', 'a\\00\\00\\d8'])
      expect(faultOf((await utf16(`(data (i32.const 64) "${data}")`, data.startsWith('a') ? 2 : 1)).make(), tick)).toBe(
        'DETECTOR_TEXT',
      );
    for (const data of ['\\ff', '\\c0\\80', '\\ed\\a0\\80', '\\e2\\82'])
      expect(faultOf((await utf8(`(data (i32.const 64) "${data}")`, data.length / 3)).make(), tick)).toBe(
        'DETECTOR_TEXT',
      );
  });

  it('cuts long ones between characters, and counts that', async () => {
    const limits = { textUnits: 3 };
    const wide = await guest(
      { ontick: say(4), fields: '(data (i32.const 64) "a\\00b\\00\\3d\\d8\\00\\de")' },
      { limits },
    );
    expect(wide.make().ontick(1n)).toMatchObject({ cut: 1, logs: 1 });
    expect(wide.logs).toEqual(['ab']);
    const narrow = await guest(
      { ontick: say(4), fields: '(data (i32.const 64) "a\\e2\\82\\ac")' },
      { limits, encoding: 'utf8' },
    );
    expect(narrow.make().ontick(1n).cut).toBe(1);
    expect(narrow.logs).toEqual(['a']);
  });

  it('hands over configurations of both encodings, mended', async () => {
    const back = '(call $log (i32.const 1) (local.get 0) (local.get 1)) (i32.const 0)';
    for (const encoding of ['utf8', 'utf16'] as const) {
      const { make, logs } = await guest({ init: back }, { encoding });
      make().init('{"é": "\u{1F600}\ud800"}');
      expect(logs).toEqual(['{"é": "\u{1F600}\ufffd"}']);
    }
  });
});

describe('floods', () => {
  const loop = (body: string, times: number) => `(local $i i32) (loop $again ${body}
    (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const ${times})))) (i32.const 0)`;
  const EMIT = `(call $emit (i32.const 64) (i32.const 50000) (i32.const 4) (i32.const 64) (i32.const 50000) (i32.const -1) (i32.const 0)
    ${EMPTY} (i32.const 64) (i32.const 1000))`;

  it('takes some findings, cut, and counts the rest', async () => {
    const { make, findings } = await guest(
      { ontick: loop(EMIT, 1000) },
      { limits: { findings: 3, textUnits: 10, fields: 2 } },
    );
    expect(make().ontick(1n)).toMatchObject({ findings: 3, droppedFindings: 997, cut: 9 });
    expect(findings.map(({ title, fields }) => [title.length, fields.length])).toEqual(Array(3).fill([10, 2]));
  });

  it('takes some log lines and proposals and counts the rest', async () => {
    const body = `(call $log (i32.const 9) ${EMPTY}) (call $propose ${EMPTY} ${EMPTY} ${EMPTY})`;
    const { make, logs } = await guest({ ontick: loop(body, 500) }, { limits: { logs: 4, proposals: 2 } });
    expect(make().ontick(1n)).toMatchObject({ logs: 4, droppedLogs: 496, proposals: 2, droppedProposals: 498 });
    expect(logs).toHaveLength(4);
  });

  it('takes fuel for the work of the host', async () => {
    const { make } = await guest({ ontick: loop(EMIT, 1_000_000) }, { limits: { fuel: 1_000_000n } });
    expect(faultOf(make(), tick)).toBe('DETECTOR_FUEL');
  });

  it('refuses long keys and values of the state', async () => {
    const body =
      '(drop (call $stateput (i32.const 0) (i32.const 20) (i32.const 0) (i32.const 8))) (drop (call $stateput (i32.const 0) (i32.const 2) (i32.const 0) (i32.const 80)))';
    const { make } = await guest(
      { ontick: `${body} (i32.const 0)` },
      { limits: { stateKeyUnits: 10, stateValueBytes: 9 } },
    );
    expect(make().ontick(1n).refusedState).toBe(2);
  });
});

it.each([
  ['an endless loop', '(loop $again (br $again)) (i32.const 0)', 'DETECTOR_FUEL'],
  ['unreachable', '(unreachable)', 'DETECTOR_TRAP'],
  ['a read outside', '(i32.load (i32.const -4))', 'DETECTOR_TRAP'],
])('%s is a fault', async (_name, ontick, code) => {
  const { make } = await guest({ ontick }, { limits: { fuel: 10_000_000n } });
  expect(faultOf(make(), tick)).toBe(code);
});

it('ends recursion by fuel, or by the stack of the engine', async () => {
  const parts = { ontick: '(call $deep)', fields: '(func $deep (result i32) (i32.add (call $deep) (i32.const 1)))' };
  expect(faultOf((await guest(parts, { limits: { fuel: 1000n } })).make(), tick)).toBe('DETECTOR_FUEL');
  expect(faultOf((await guest(parts)).make(), tick)).toBe('DETECTOR_STACK');
});

it('keeps the memory below its maximum', async () => {
  const { make } = await guest({
    ontick: '(loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) (i32.const 0)',
  });
  const instance = make();
  expect(instance.ontick(1n).error).toBeUndefined();
  expect(instance.memoryBytes).toBe(4 * 65536);
  // Views from before the memory grew are gone: this must reach the new memory.
  expect(instance.onbatch(batch).error).toBeUndefined();
});

it.each([
  ['a severity that there is not', 8, -1],
  ['a record that is not in the batch', 4, 2],
])('refuses a finding with %s', async (_name, severity, event) => {
  const onbatch = `(call $emit ${EMPTY} (i32.const ${severity}) ${EMPTY} (i32.const ${event}) (i32.const 0) ${EMPTY} ${EMPTY}) (i32.const 0)`;
  const { make } = await guest({ onbatch });
  expect(faultOf(make(), (instance) => instance.onbatch(batch))).toBe('DETECTOR_FINDING');
});

it('does not link what is not granted', async () => {
  const { bytes } = guardModule(await assemble(guestText({ imports: ALL_IMPORTS })), { capabilities: ALL });
  const host: HostFunctions = { emit: () => {}, log: () => {}, now: () => 0n };
  expect(() => new DetectorInstance(new WebAssembly.Module(bytes), { encoding: 'utf8', host })).toThrow(
    expect.objectContaining({ code: 'DETECTOR_LINK', message: expect.stringContaining('stateget') }),
  );
});

it('tells a host function that fails from a guest that does', async () => {
  const { make } = await guest(
    { ontick: '(drop (call $now)) (i32.const 0)' },
    {
      host: {
        ...hostFor({ findings: [], logs: [] }),
        now: () => {
          throw new Error('no clock');
        },
      },
    },
  );
  expect(faultOf(make(), tick)).toBe('DETECTOR_HOST');
});
