import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readDetectorFolder } from '@picket/control-plane/detectors';
import { describe, expect, it } from 'vitest';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const page = readFileSync(new URL('../docs/shipped-detectors.md', import.meta.url), 'utf8');
const ids = readdirSync(HERE).filter((id) => existsSync(`${HERE}${id}/manifest.yaml`));

it('finds the shipped detectors', () => {
  expect(ids.length).toBeGreaterThanOrEqual(7);
});

describe.each(ids)('%s', (id) => {
  const { manifest, sources } = readDetectorFolder(`${HERE}${id}`);

  it('is whole', () => {
    expect(manifest.id).toBe(id);
    expect(Object.keys(sources)).toContain('main.ts');
    for (const file of ['README.md', 'reference.ts', `${id}.test.ts`, 'fixtures/hit.yaml', 'fixtures/miss.yaml'])
      expect(existsSync(`${HERE}${id}/${file}`), file).toBe(true);
  });

  it('stands in the handbook as its manifest says', () => {
    const row =
      page
        .split('\n')
        .find((line) => line.startsWith(`| [${id}](`))
        ?.split(' | ') ?? [];
    const [, , kinds, mitre, severity, tune] = row;
    expect(kinds).toBe(manifest.kinds.map((kind) => `\`${kind}\``).join(' '));
    expect(mitre).toBe(manifest.mitre.join(' '));
    expect(severity).toBe(manifest.severity);
    const entries = [...(tune ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name);
    expect(Object.keys(manifest.config)).toEqual(expect.arrayContaining(entries));
    expect(page).toMatch(new RegExp(`^\\| ${id} \\| [0-9 ]+ \\| `, 'm'));
  });

  it('takes entries with bounds and a word on each, and asks for no more than to observe', () => {
    expect(manifest.capabilities).toEqual(['observe']);
    for (const [name, entry] of Object.entries(manifest.config)) {
      expect(entry.summary, name).toBeTruthy();
      if (entry.type !== 'flag') expect(entry.maximum, name).toBeDefined();
    }
  });
});
