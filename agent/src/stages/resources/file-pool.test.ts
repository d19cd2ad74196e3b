import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FilePool } from './file-pool.ts';

describe('FilePool', () => {
  it('reads what a file says now, whether it keeps it open or not', () => {
    const file = join(tmpdir(), `picket-pool-${process.pid}`);
    for (const most of [0, 1]) {
      const pool = new FilePool(most);
      for (const text of ['one', 'two and more', '']) {
        writeFileSync(file, text);
        expect(pool.read(file)).toBe(text);
      }
      expect(pool.size).toBe(most);
      pool.close(file);
      expect(pool.size).toBe(0);
    }
    rmSync(file);
  });

  it('has no text of a file that is not there', () => {
    const fd = openSync('/dev/null', 'r');
    closeSync(fd);
    const pool = new FilePool();
    expect(pool.read('/proc/none')).toBeUndefined();
    expect(() => pool.read('/proc')).toThrow(/EISDIR/);
    // Nothing was left open: the next file gets the number that was free before.
    const again = openSync('/dev/null', 'r');
    closeSync(again);
    expect(again).toBe(fd);
  });
});
