import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import type { ControlPlaneError } from '../../errors.ts';
import { readManifest } from './read-manifest.ts';

const shipped = readFileSync(new URL('../../../../detectors/port-scan/manifest.yaml', import.meta.url), 'utf8');
const plain = `id: mine
version: 1.0.0
summary: What it finds.
kinds: [process.exec]
severity: Warning
`;

function refusal(text: string): ControlPlaneError {
  try {
    readManifest(text);
  } catch (error) {
    return error as ControlPlaneError;
  }
  throw new Error('it was taken');
}

describe('a manifest', () => {
  it('of a shipped detector is taken, with everything that it leaves out', () => {
    const manifest = readManifest(shipped);
    expect(manifest).toMatchObject({ id: 'port-scan', encoding: 'utf16', kinds: ['net.connect'], mitre: ['T1046'] });
    expect(manifest.config.ports).toEqual({
      ...{ type: 'integer', default: 20, minimum: 2, maximum: 1024 },
      summary: 'Different ports of one host that make a scan.',
    });
  });

  it('has usual limits, and takes the name of a severity as rules write it', () => {
    expect(readManifest(plain)).toMatchObject({
      severity: 'warning',
      capabilities: ['observe'],
      tick: 0,
      state: 'keep',
      config: {},
      limits: { memory_mib: 64, fuel: 2_000_000_000, deadline_ms: 1000, state_kib: 1024, findings_per_minute: 600 },
    });
    const { limits, tick } = readManifest(`${plain}tick: 30\nlimits: { memory_mib: 4 }\n`);
    expect([tick, limits.memory_mib, limits.deadline_ms]).toEqual([30, 4, 1000]);
  });

  it('tells every place that is wrong', () => {
    const error = refusal(
      `id: Mine\nversion: one\nsummary: s\nkinds:\n  - process.exec\n  - file.close\nseverity: loud\n`,
    );
    expect(error.code).toBe('DETECTOR_MANIFEST');
    expect(error.details?.map(({ path }) => path)).toEqual([
      'manifest.yaml:1:5',
      'manifest.yaml:2:10',
      'manifest.yaml:6:5',
      'manifest.yaml:7:11',
    ]);
    expect(error.message).toMatch(/^manifest\.yaml:1:5: id: .* \(and 3 more\)$/);
  });

  test.each([
    ['misspelt: 1', 'manifest.yaml:6:11', 'there is no entry misspelt; there are: id, version'],
    ['limits: { memory_mib: 65 }', 'manifest.yaml:6:23', 'memory_mib'],
    ['limits: { fuel: 1.5e9999 }', 'manifest.yaml:6:17', 'fuel'],
    ['config: { a: { type: integer, default: 9, maximum: 3 } }', 'manifest.yaml:6:40', 'not within'],
    ['config: { a: { type: integer, default: 1.5 } }', 'manifest.yaml:6:40', 'default'],
    ['config: { a: { type: text, default: x, minimum: 3, maximum: 2 } }', 'manifest.yaml:6:49', 'above maximum'],
    ['config: { a: { type: colour, default: x } }', 'manifest.yaml:6:22', 'type'],
    ['config: { a: { type: list, default: ["b,c"] } }', 'manifest.yaml:6:38', 'comma'],
    ['config: { __proto__: { type: flag, default: true } }', 'manifest.yaml:6:22', '__proto__'],
    ['capabilities: [observe, root]', 'manifest.yaml:6:25', 'capabilities.1: there is no root; there are: observe'],
    ['capabilities: [state, state]', 'manifest.yaml:6:15', 'twice'],
    ['mitre: [1046]', 'manifest.yaml:6:9', 'mitre'],
    ['state: later', 'manifest.yaml:6:8', 'state'],
    ['tags: *gone', 'manifest.yaml:1:1', 'alias'],
    ['tags: [a', 'manifest.yaml', ''],
    ['id: again', 'manifest.yaml:6:1', 'unique'],
    ['config: { a: { type: flag, type: flag, default: true } }', 'manifest.yaml:6:28', 'unique'],
    ['config: { [a]: { type: flag, default: true } }', 'manifest.yaml:6:11', 'plain name'],
  ])('is refused for %s', (line, path, message) => {
    const error = refusal(`${plain}${line}\n`);
    expect(error.code).toBe('DETECTOR_MANIFEST');
    expect(error.details?.[0]?.path).toContain(path);
    expect(error.details?.[0]?.message.toLowerCase()).toContain(message);
  });

  test.each([
    [/^version:.*$/m, 'version: 1.0', 'version: it must be a text, and this is a number: put it in quotes'],
    [/^severity:.*\n/m, '', 'severity: the entry is missing'],
    [/^severity:.*$/m, `severity: ${'x'.repeat(500)}`, `severity: there is no ${'x'.repeat(60)}…; there are: `],
  ])('says what to write in place of %s %s', (line, other, message) => {
    expect(refusal(plain.replace(line, other)).details?.[0]?.message).toContain(message);
  });

  test.each([
    ['nothing', ''],
    ['a list', '- a\n'],
    ['a word', 'detector\n'],
    ['several documents', `${plain}---\n${plain}`],
    ['lists without end', `tags: ${'['.repeat(30_000)}`],
    ['aliases that blow it up', bomb()],
    ['more text than there may be', `${plain}description: ${'x'.repeat(70_000)}\n`],
    ['as many keys as it has room for', `{${'[],'.repeat(21_000)}}`],
    ['no text', '\0\u0001\ud800'],
  ])('is refused for %s', (_, text) => {
    const error = refusal(text);
    expect(error.code).toBe('DETECTOR_MANIFEST');
    expect(error.details?.[0]?.path).toMatch(/^manifest\.yaml:\d+:\d+$/);
    expect(error.message.length).toBeLessThan(1000);
  });
});

function bomb(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 12; i++)
    lines.push(`a${i}: &a${i} [${Array.from({ length: 9 }, () => `*a${i - 1}`).join(', ')}]`);
  return lines.join('\n');
}
