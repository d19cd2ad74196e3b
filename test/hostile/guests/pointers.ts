import type { HostileGuest } from '../hostile-guest.ts';
import { acting, core, EMPTY, END, emit, FAR, FINE, IF_RECORDS, text } from './core-guest.ts';

const at = (address: number, length: number) => `(i32.const ${address}) (i32.const ${length})`;
const BAD = `${FAR} (i32.const 9)`;
const stored = (first: string, second: string) =>
  `(i32.store (i32.const 64) ${first}) (i32.store (i32.const 68) ${second})`;

/** One call of the host with one thing wrong, by what is wrong. */
const CALLS: Readonly<Record<string, string>> = {
  'emit: title outside': emit({ title: BAD }),
  'emit: title as long as the address space': emit({ title: at(0, -1) }),
  'emit: title not aligned': emit({ title: at(3, 1) }),
  'emit: message outside': emit({ message: BAD }),
  'emit: group beyond the end': emit({ group: at(END - 2, 2) }),
  'emit: fields beyond the end': emit({ fields: at(END - 8, 1) }),
  'emit: number of fields that overflows': emit({ fields: at(0, 0x10000001) }),
  'emit: fields not aligned': emit({ fields: at(2, 1) }),
  'emit: text of a field outside': `${stored(FAR, '(i32.const 4)')} ${emit({ fields: at(64, 1) })}`,
  'log: text outside': `(call $log (i32.const 1) ${BAD})`,
  'log: length that overflows': `(call $log (i32.const 1) ${at(0, 0x7fffffff)})`,
  'stateget: key outside': `(call $stateget ${BAD} (i32.const 0))`,
  'stateget: answer beyond the end': `(call $stateget ${EMPTY} (i32.const ${END - 4}))`,
  'stateget: answer not aligned': `(call $stateget ${EMPTY} (i32.const 2))`,
  'stateput: key outside': `(drop (call $stateput ${BAD} ${EMPTY}))`,
  'stateput: value outside': `(drop (call $stateput ${EMPTY} ${BAD}))`,
  'stateput: value as long as the address space': `(drop (call $stateput ${EMPTY} ${at(0, -1)}))`,
  'process: answer beyond the end': `(call $process (i32.const 7) (i64.const 9) (i32.const ${END - 64}))`,
  'process: answer not aligned': '(call $process (i32.const 7) (i64.const 9) (i32.const 4))',
  'container: answer outside': `(call $container (i32.const 1) ${FAR})`,
  'propose: action outside': `(call $propose ${BAD} ${EMPTY} ${EMPTY})`,
  'propose: target outside': `(call $propose ${EMPTY} ${BAD} ${EMPTY})`,
  'propose: reason outside': `(call $propose ${EMPTY} ${EMPTY} ${BAD})`,
};

/** A result of onbatch for batches with records. */
const answering = (result: string) =>
  core({
    onbatch: `(if ${IF_RECORDS} (then (return ${result}))) ${FINE}`,
    fields: '(data (i32.const 1024) "\\00\\d8")',
  });
const anError = (address: number, length: number) =>
  `(block (result i32) (i32.store8 (i32.const 128) (i32.const 1)) (i32.store (i32.const 132) (i32.const ${address}))
    (i32.store (i32.const 136) (i32.const ${length})) (i32.const 128))`;
/** A cabi_realloc that is fine for the empty batch and then no more. */
const finding = (room: string, fields = '') =>
  core({
    realloc: `(if (result i32) (i32.lt_u (local.get 3) (i32.const 200)) (then (i32.const 65536)) (else ${room}))`,
    fields,
  });

const CHECKED = 'every address is checked before it is used';
const bounds = (
  name: string,
  payload: HostileGuest['payload'],
  code = 'DETECTOR_BOUNDS',
  heldBy = CHECKED,
): HostileGuest => ({
  ...{ name, payload, heldBy },
  ending: { faults: code },
});
const NO_CALLS = 'no host calls while it finds room';
const NO_KIND = '(block (result i32) (i32.store (i32.const 128) (i32.const 7)) (i32.const 128))';

/** Those that hand over rubbish as addresses. */
export const POINTERS: readonly HostileGuest[] = [
  ...Object.entries(CALLS).map(([name, call]) => bounds(name, () => acting(call))),
  bounds('result outside of the memory', () => answering('(i32.const -4)')),
  bounds('result not aligned', () => answering('(i32.const 2)')),
  bounds('result of no kind', () => answering(NO_KIND), 'DETECTOR_ABI'),
  bounds('error text outside of the memory', () => answering(anError(-8, 9))),
  bounds('error text as long as the address space', () => answering(anError(0, -1))),
  bounds(
    'error text with half a surrogate pair',
    () => answering(anError(1024, 1)),
    'DETECTOR_TEXT',
    'texts are read strictly',
  ),
  bounds('cabi_realloc says 0xFFFFFFFF', () => finding('(i32.const -1)')),
  bounds('cabi_realloc says the last byte', () => finding(`(i32.const ${END - 1})`)),
  {
    ...{ name: 'cabi_realloc says an address that is not aligned', heldBy: CHECKED },
    payload: () => core({ realloc: '(i32.const 65537)' }),
    ending: { refused: 'DETECTOR_BOUNDS' },
  },
  bounds('cabi_realloc traps', () => finding('(unreachable)'), 'DETECTOR_TRAP', 'it is a trap'),
  bounds(
    'cabi_realloc calls the host',
    () => finding('(call $log (i32.const 1) (i32.const 0) (i32.const 0)) (i32.const 65536)'),
    'DETECTOR_ABI',
    NO_CALLS,
  ),
  bounds(
    'cabi_realloc calls the host for room again and again',
    () => finding('(call $stateget (i32.const 0) (i32.const 0) (i32.const 0)) (i32.const 65536)'),
    'DETECTOR_ABI',
    NO_CALLS,
  ),
  {
    ...{ name: 'cabi_realloc says the same block each time', heldBy: 'it can only damage its own memory' },
    payload: () => core(),
    ending: { runs: 'events' },
  },
  {
    ...{ name: 'cabi_realloc says 0, where its answers lie', heldBy: 'it can only damage its own memory' },
    payload: () => finding(FINE),
    ending: { faults: 'DETECTOR_ABI' },
  },
  bounds(
    'finding with a severity that there is not',
    () => acting(emit({ severity: '(i32.const 8)' })),
    'DETECTOR_FINDING',
    'every number is checked',
  ),
  bounds(
    'finding that names a record of another batch',
    () => acting(emit({ event: '(i32.const 0x7fffffff)' })),
    'DETECTOR_FINDING',
    'every number is checked',
  ),
];

/** The text of a fine guest, for those that change it. */
export const FINE_TEXT = text();
