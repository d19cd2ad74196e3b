import { type HostileGuest, MANIFEST_LINE, manifestOf } from '../hostile-guest.ts';
import { core } from './core-guest.ts';

const HELD = 'the manifest is read by a schema';
const manifest = (name: string, text: string, heldBy = HELD): HostileGuest => ({
  ...{ name, heldBy, manifest: text, payload: () => core() },
  ending: { refused: 'DETECTOR_MANIFEST', at: MANIFEST_LINE },
});
const line = (name: string, ...lines: string[]) => manifest(name, manifestOf(lines));

/** Ten aliases of ten aliases of ten aliases … */
const BOMB = [
  'a: &a [x, x, x, x, x, x, x, x, x, x]',
  ...Array.from({ length: 9 }, (_, i) => {
    const [one, before] = [String.fromCharCode(98 + i), String.fromCharCode(97 + i)];
    return `${one}: &${one} [${Array(10).fill(`*${before}`).join(', ')}]`;
  }),
].join('\n');

/** Manifests that blow up, or say what can not be. */
export const MANIFESTS: readonly HostileGuest[] = [
  manifest('aliases that make ten billion of ten', `${BOMB}\n${manifestOf()}`, 'aliases are counted'),
  manifest('lists that nest 20 000 deep', `${'['.repeat(20_000)}`, 'the parser runs out of stack, and says so'),
  line('fuel as a number that is too large for any', 'limits: {fuel: 1e999}'),
  line('more fuel than there is', 'limits: {fuel: 99999999999999999999}'),
  line('a deadline below nothing', 'limits: {deadline_ms: -1}'),
  line('memory that is no number', 'limits: {memory_mib: .nan}'),
  line('an entry named __proto__', 'config: {__proto__: {type: integer, default: 1}}'),
  line('an entry that there is not', 'command: [rm, -rf, /]'),
  line('a name that leads out', 'id: ../../etc'),
  line('a name with control characters', 'id: "a\\u001b[2J"'),
  line('a kind twice', 'kinds: [file.open, file.open]'),
  line('a kind that there is not', 'kinds: [constructor]'),
  line(
    '1000 entries',
    `config: {${Array.from({ length: 1000 }, (_, i) => `e${i}: {type: flag, default: true}`).join(', ')}}`,
  ),
  {
    name: 'a manifest of 100 KiB',
    heldBy: 'characters of the manifest',
    manifest: manifestOf([`description: ${'x'.repeat(100_000)}`]),
    payload: () => core(),
    ending: { refused: 'REQUEST_INVALID' },
  },
  {
    name: 'a YAML tag for code',
    heldBy: 'tags make nothing but data',
    lines: ['summary: !!js/function "function () { process.exit(1) }"'],
    payload: () => core(),
    ending: { runs: 'events' },
  },
  {
    name: 'entries named like parts of objects',
    heldBy: 'entries are looked up as own ones',
    lines: ['config: {constructor: {type: integer, default: 1}, toString: {type: text, default: x}}'],
    payload: () => core(),
    ending: { runs: 'events' },
  },
];
