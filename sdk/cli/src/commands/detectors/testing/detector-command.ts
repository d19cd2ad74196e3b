import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { run } from '../../../run.ts';

/** A folder for detectors, and the command run in it. */
export class DetectorCommand {
  readonly path = mkdtempSync(join(tmpdir(), 'picket-detectors-'));
  out: string[] = [];
  notes: string[] = [];
  stop = new AbortController();

  write(name: string, text: string | Uint8Array): void {
    mkdirSync(dirname(join(this.path, name)), { recursive: true });
    writeFileSync(join(this.path, name), text);
  }

  read(name: string): string {
    return readFileSync(join(this.path, name), 'utf8');
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  /** Runs the command; words that begin with @ name files of the folder. What it prints replaces what was printed. */
  picket(...words: string[]): Promise<number> {
    this.out = [];
    this.notes = [];
    this.stop = new AbortController();
    const loginFile = join(this.path, 'login.json');
    const config = { data: this.path, natsUrl: undefined, seedFile: undefined, loginFile };
    const io = {
      out: (line: string) => void this.out.push(line),
      note: (line: string) => void this.notes.push(line),
      signal: this.stop.signal,
    };
    return run(
      words.map((word) => word.replace(/^@/, `${this.path}/`)),
      config,
      io,
    );
  }

  /** What was printed, files without their folder. */
  get text(): string {
    return this.out.join('\n').replaceAll(`${this.path}/`, '');
  }

  get said(): string {
    return this.notes.join('\n').replaceAll(`${this.path}/`, '');
  }

  expectFitsTerminal(): void {
    for (const line of this.out) {
      expect(line).not.toMatch(/\p{Cc}/u);
      if (!line.includes(this.path)) expect(line.length, line).toBeLessThanOrEqual(80);
    }
  }
}
