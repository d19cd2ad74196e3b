import type { HostileGuest } from '../hostile-guest.ts';
import { acting, core, EMPTY, emit, FINE, IF_RECORDS, times } from './core-guest.ts';

/** A finding with texts of 50 000 characters and 30 000 fields. */
const GIANT = emit({
  title: '(i32.const 512) (i32.const 50000)',
  message: '(i32.const 512) (i32.const 50000)',
  group: '(i32.const 512) (i32.const 50000)',
  fields: '(i32.const 0) (i32.const 30000)',
});
const say = (fields: string, units: number) =>
  acting(`(call $log (i32.const 1) (i32.const 1024) (i32.const ${units}))`, `(data (i32.const 1024) "${fields}")`);
const FINDINGS = '256 findings a call, `findings_per_minute`, findings of the owner by the minute';
const TEXT = 'texts are read strictly';

/** Those that say too much, or what can not be said. */
export const FLOODS: readonly HostileGuest[] = [
  {
    name: 'flood of findings',
    heldBy: FINDINGS,
    payload: () => acting(times(5000, emit({}))),
    ending: { runs: 'dropped.findings' },
  },
  {
    name: 'flood of giant findings',
    heldBy: `${FINDINGS}; texts are cut at 4096 characters, fields at 32`,
    lines: ['limits: {deadline_ms: 5000}'],
    payload: () => acting(times(300, GIANT)),
    ending: { runs: 'dropped.findings' },
  },
  {
    name: 'finding with an endless list of fields',
    heldBy: '32 fields',
    payload: () => acting(emit({ fields: '(i32.const 0) (i32.const 60000)' })),
    ending: { runs: 'events' },
  },
  {
    name: 'a new group for each finding',
    heldBy: FINDINGS,
    payload: () =>
      acting(
        times(
          256,
          `(global.set $n (i32.add (global.get $n) (i32.const 1)))
           (i32.store16 (i32.const 64) (i32.and (global.get $n) (i32.const 0x7fff)))
           ${emit({ group: '(i32.const 64) (i32.const 1)' })}`,
        ),
        '(global $n (mut i32) (i32.const 0))',
      ),
    ending: { runs: 'dropped.findings' },
  },
  {
    name: 'flood of log lines',
    heldBy: '64 lines a call, the newest 1000 are kept',
    payload: () => acting(times(5000, '(call $log (i32.const 3) (i32.const 0) (i32.const 4096))')),
    ending: { runs: 'dropped.logs' },
  },
  {
    name: 'flood of proposals',
    heldBy: '16 proposals a call',
    payload: () => acting(times(5000, `(call $propose ${EMPTY} ${EMPTY} ${EMPTY})`)),
    ending: { runs: 'dropped.proposals' },
  },
  {
    name: 'an error of 100 000 characters for every batch',
    heldBy: 'texts are cut at 4096 characters',
    payload: () =>
      core({
        onbatch: `(if ${IF_RECORDS} (then (i32.store8 (i32.const 128) (i32.const 1)) (i32.store (i32.const 132) (i32.const 512))
          (i32.store (i32.const 136) (i32.const 100000)) (return (i32.const 128)))) ${FINE}`,
      }),
    ending: { runs: 'errors' },
  },
  {
    name: 'first half of a surrogate pair',
    heldBy: TEXT,
    payload: () => say('\\00\\d8', 1),
    ending: { faults: 'DETECTOR_TEXT' },
  },
  {
    name: 'second half of a surrogate pair',
    heldBy: TEXT,
    payload: () => say('a\\00\\00\\dc', 2),
    ending: { faults: 'DETECTOR_TEXT' },
  },
  {
    name: 'bytes that are no UTF-8',
    heldBy: TEXT,
    lines: ['encoding: utf8'],
    payload: () => say('\\ff\\fe', 2),
    ending: { faults: 'DETECTOR_TEXT' },
  },
  {
    name: 'UTF-8 with a surrogate',
    heldBy: TEXT,
    lines: ['encoding: utf8'],
    payload: () => say('\\ed\\a0\\80', 3),
    ending: { faults: 'DETECTOR_TEXT' },
  },
  {
    name: 'overlong UTF-8',
    heldBy: TEXT,
    lines: ['encoding: utf8'],
    payload: () => say('\\c0\\80', 2),
    ending: { faults: 'DETECTOR_TEXT' },
  },
  {
    name: 'control characters and markup in every text',
    heldBy: 'texts are escaped where they are shown',
    lines: ['encoding: utf8'],
    payload: () =>
      acting(
        emit({ title: '(i32.const 1024) (i32.const 38)', message: '(i32.const 1024) (i32.const 38)' }),
        '(data (i32.const 1024) "\\00\\1b[2J<script>alert(1)</script>#{7*7}}\\0d\\0a")',
      ),
    ending: { runs: 'events' },
  },
];
