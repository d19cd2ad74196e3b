import { beforeAll, describe, expect, it } from 'vitest';
import { componentOf } from '../component/check-conformance.ts';
import { DetectorRefused } from '../guard/detector-refused.ts';
import type { Capability } from '../guard/detector-world.ts';
import { assemble } from '../testing/assemble.ts';
import { ALL_IMPORTS, guestText, RICH_GUEST } from '../testing/guest-text.ts';
import { mutate } from '../testing/mutate.ts';
import { runAll } from '../testing/run-guarded.ts';
import { type ArtifactOptions, takeArtifact } from './take-artifact.ts';

const OPTIONS: ArtifactOptions = {
  capabilities: new Set<Capability>(['state', 'context', 'respond']),
  encoding: 'utf8',
};

let core: Uint8Array;
beforeAll(async () => {
  core = await assemble(RICH_GUEST);
});

describe('an uploaded detector', () => {
  it('is the same as a core module and as a component', async () => {
    const bare = await takeArtifact(core, { ...OPTIONS, encoding: 'utf16' });
    const component = await takeArtifact(await componentOf(core, 'utf16'), OPTIONS);
    expect(component).toEqual(bare);
    expect(bare.encoding).toBe('utf16');
    runAll(bare.bytes, 100_000n);
  });

  it('may import a part of the host', async () => {
    const imports = '(import "picket:detector/host@0.1.0" "log" (func (param i32 i32 i32)))';
    const file = await componentOf(await assemble(guestText({ imports })), 'utf8');
    await expect(takeArtifact(file, { ...OPTIONS, capabilities: new Set() })).resolves.toMatchObject({
      imports: ['log'],
    });
  });

  it('is refused for a capability with the byte in the component', async () => {
    const file = await componentOf(await assemble(guestText({ imports: ALL_IMPORTS })), 'utf8');
    const error: unknown = await takeArtifact(file, { ...OPTIONS, capabilities: new Set() }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(DetectorRefused);
    if (!(error instanceof DetectorRefused)) return;
    expect(error.code).toBe('DETECTOR_CAPABILITY');
    // An import starts with the length of the module's name, then the name.
    expect(Buffer.from(file).toString('latin1', error.offset + 1)).toMatch(/^picket:detector\/host@0\.1\.0.stateget/);
  });

  it('is refused when its component has other types with the same core', async () => {
    const file = Buffer.from(await componentOf(core, 'utf8'));
    // list<u8> of onbatch and of the state is list<s8> now: 0x7d becomes 0x7e.
    for (let at = file.indexOf('p}', 0, 'latin1'); at >= 0; at = file.indexOf('p}', at + 1, 'latin1'))
      file[at + 1] = 0x7e;
    await expect(takeArtifact(file, OPTIONS)).rejects.toMatchObject({ code: 'DETECTOR_WORLD' });
  });

  it('is refused when it is too large before anything is read', async () => {
    const options = { ...OPTIONS, limits: { fileBytes: 10 } };
    await expect(takeArtifact(core, options)).rejects.toMatchObject({ code: 'DETECTOR_TOO_LARGE', offset: 10 });
  });

  it('closes names that would break out of generated code', async () => {
    const name = '");globalThis.broken=1;(\\"';
    const file = await assemble(guestText({ fields: `(func (export "x${name.replaceAll('"', '\\22')}"))` }));
    const { bytes } = await takeArtifact(file, OPTIONS);
    expect(Buffer.from(bytes).includes('broken')).toBe(false);
  });

  it('is refused by name when it is damaged, and the next one is taken', async () => {
    const file = await componentOf(core, 'utf8');
    let refused = 0;
    for (let seed = 0; seed < 500; seed++) {
      try {
        await takeArtifact(mutate(file, seed), OPTIONS);
      } catch (error) {
        if (!(error instanceof DetectorRefused)) throw new Error(`seed ${seed}`, { cause: error });
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(200);
    await expect(takeArtifact(file, OPTIONS)).resolves.toMatchObject({ encoding: 'utf8' });
  });
});
