import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bootMs, readWork, writeWork } from './work-span.ts';

it('keeps when the work of a recording ended, and refuses a file that does not say it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'work-'));
  try {
    expect(readWork(folder)).toBeUndefined();
    const to = bootMs();
    expect(to).toBeGreaterThan(0);
    writeWork(folder, { to });
    expect(readWork(folder)).toEqual({ to });
    writeFileSync(join(folder, 'work.json'), '{"until":1}');
    expect(() => readWork(folder)).toThrow(/to/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
