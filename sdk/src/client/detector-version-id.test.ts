import { describe, expect, test } from 'vitest';
import { DetectorManifest } from './detector-manifest.ts';
import { canonicalManifest, detectorVersionId } from './detector-version-id.ts';

const plain = { id: 'mine', version: '1.0.0', summary: 's', kinds: ['process.exec'], severity: 'notice' };
const manifest = DetectorManifest.parse(plain);
const files = { 'main.ts': 'a', 'lib/b.ts': 'b' };
const idOf = (of = manifest, source: Record<string, string> = files) =>
  detectorVersionId(of, { kind: 'source', files: source });

describe('the id of a version', () => {
  test('stays what it was: signatures and stored versions hang on it', async () => {
    expect(await idOf()).toBe('945aae01e21b34d7245c937577b0170ac8de97286ac48ba9a4c3d61051ca70b3');
  });

  test('does not depend on the order of entries and files, nor on what is left out', async () => {
    const same = DetectorManifest.parse({
      ...{ limits: { deadline_ms: 1000 }, state: 'keep', severity: 'Notice', summary: ' s ' },
      ...{ kinds: ['process.exec'], version: '1.0.0', id: 'mine' },
    });
    expect(canonicalManifest(same)).toBe(canonicalManifest(manifest));
    expect(await idOf(same, { 'lib/b.ts': 'b', 'main.ts': 'a' })).toBe(await idOf());
  });

  test('depends on every part of manifest and upload, and on what the upload is', async () => {
    const bytes = new TextEncoder().encode(JSON.stringify({ 'lib/b.ts': 'b', 'main.ts': 'a' }));
    const ids = [
      await idOf(),
      await idOf({ ...manifest, summary: 't' }),
      await idOf({ ...manifest, tick: 1 }),
      await idOf(manifest, { ...files, 'main.ts': 'c' }),
      await idOf(manifest, { 'main.ts': 'a', 'lib/c.ts': 'b' }),
      await detectorVersionId(manifest, { kind: 'core', bytes }),
      await detectorVersionId(manifest, { kind: 'component', bytes }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
});
