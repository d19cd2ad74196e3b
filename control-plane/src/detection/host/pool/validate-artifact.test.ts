import { beforeAll, describe, expect, it } from 'vitest';
import { componentOf } from '../component/check-conformance.ts';
import { guardModule } from '../guard/guard-module.ts';
import { assemble } from '../testing/assemble.ts';
import { ALL_IMPORTS, type GuestParts, guestText } from '../testing/guest-text.ts';
import { type ValidateOptions, validateArtifact } from './validate-artifact.ts';

const OPTIONS: ValidateOptions = { capabilities: ['observe'], encoding: 'utf8', timeoutMs: 30_000 };
const FINE = { init: '(i32.const 64)', onbatch: '(i32.const 64)' };
const smoke: ValidateOptions['smoke'] = {
  config: '{"a":1}',
  capabilities: ['observe'],
  limits: { fuel: 1_000_000_000_000_000n },
  deadlineMs: 200,
  stateBytes: 1000,
};

const guest = (parts: GuestParts = {}) => assemble(guestText({ ...FINE, ...parts }));

let module: Uint8Array;
beforeAll(async () => {
  module = await guest();
});

describe('a file that is taken', () => {
  it('comes back guarded, as it would in this process', async () => {
    const taken = await validateArtifact(module, OPTIONS);
    const here = guardModule(module, { capabilities: new Set(['observe']) });
    expect(Buffer.from(taken.bytes)).toEqual(Buffer.from(here.bytes));
    expect(taken).toMatchObject({ encoding: 'utf8', memory: { min: 2, max: 1024 }, smoke: [], exports: here.exports });
    expect(taken.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('may be a component', async () => {
    const component = await componentOf(guardModule(module, { capabilities: new Set() }).bytes, 'utf16');
    expect(await validateArtifact(component, OPTIONS)).toMatchObject({ encoding: 'utf16' });
  });

  it('is started and given an empty batch', async () => {
    const { smoke: said } = await validateArtifact(module, { ...OPTIONS, smoke });
    expect(said).toMatchObject([{ error: undefined }, { error: undefined, findings: [] }]);
  });

  it('may refuse its configuration', async () => {
    const init =
      '(i32.store8 (i32.const 64) (i32.const 1)) (i32.store (i32.const 68) (i32.const 80)) (i32.store (i32.const 72) (i32.const 2)) (i32.const 64)';
    const refusing = await guest({ init, fields: '(data (i32.const 80) "no")' });
    const { smoke: said } = await validateArtifact(refusing, { ...OPTIONS, smoke });
    expect(said).toMatchObject([{ error: 'no' }]);
  });
});

describe('a file that is not taken', () => {
  it.each<[string, () => Promise<Uint8Array> | Uint8Array, string]>([
    ['no module', () => new Uint8Array(20), 'DETECTOR_MALFORMED'],
    ['a capability that is not granted', () => guest({ imports: ALL_IMPORTS }), 'DETECTOR_CAPABILITY'],
    [
      'a component that is cut off',
      async () => (await componentOf(module, 'utf8')).slice(0, 300),
      'DETECTOR_MALFORMED',
    ],
  ])('%s', async (_name, file, code) => {
    const error = await validateArtifact(await file(), OPTIONS).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'DetectorRefused', code, offset: expect.any(Number) });
    expect(String(error)).toMatch(/[^)] \(byte \d+\)$/);
  });

  it('a loop in init', async () => {
    const loop = await guest({ init: '(loop $l (br $l)) (i32.const 64)' });
    await expect(validateArtifact(loop, { ...OPTIONS, smoke })).rejects.toMatchObject({ code: 'DETECTOR_DEADLINE' });
  });

  it('one that takes too long, or a process that can not be confined', async () => {
    const late = validateArtifact(module, { ...OPTIONS, timeoutMs: 1 });
    await expect(late).rejects.toMatchObject({ code: 'DETECTOR_VALIDATOR_ENDED' });
    const open = validateArtifact(module, { ...OPTIONS, launcher: '/bin/false' });
    await expect(open).rejects.toMatchObject({ code: 'DETECTOR_VALIDATOR_ENDED' });
    const bare = validateArtifact(module, { ...OPTIONS, launcher: '/nowhere', confinement: 'required' });
    await expect(bare).rejects.toMatchObject({ code: 'DETECTOR_CONFINEMENT' });
  });
});
