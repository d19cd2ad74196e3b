import { describe, expect, it } from 'vitest';
import { componentOf } from '../component/check-conformance.ts';
import { assemble } from '../testing/assemble.ts';
import { GUEST_FUNCTIONS, HOST_FUNCTIONS, HOST_MODULE, type Signature } from './detector-world.ts';

const NAMES: Readonly<Record<string, string>> = { i: 'i32', l: 'i64' };
const values = (word: string, letters: string) =>
  letters ? `(${word} ${[...letters].map((l) => NAMES[l]).join(' ')})` : '';

function typeOf(signature: Signature): string {
  const [parameters = '', results = ''] = signature.split(':');
  return `${values('param', parameters)} ${values('result', results)}`;
}

/** A module with all functions of the world, of the types that the guard asks for, but for some of another type. */
const world = (others: ReadonlyMap<string, Signature> = new Map()) => `(module
  ${[...HOST_FUNCTIONS].map(([name, { signature }]) => `(import "${HOST_MODULE}" "${name}" (func ${typeOf(others.get(name) ?? signature)}))`).join('\n')}
  (memory (export "memory") 1)
  ${[...GUEST_FUNCTIONS].map(([name, { signature }]) => `(func (export "${name}") ${typeOf(others.get(name) ?? signature)} unreachable)`).join('\n')})`;

/** The component tools compare each type with what they make of sdk/wit/detector.wit. */
describe('types of the functions', () => {
  it('are those of the WIT file', async () => {
    await expect(componentOf(await assemble(world()), 'utf8')).resolves.toBeInstanceOf(Uint8Array);
  });

  it.each([...HOST_FUNCTIONS.keys(), ...GUEST_FUNCTIONS.keys()])('are compared: %s', async (name) => {
    const other = new Map<string, Signature>([[name, 'lli:l']]);
    await expect(componentOf(await assemble(world(other)), 'utf8')).rejects.toMatchObject({ code: 'DETECTOR_WORLD' });
  });
});
