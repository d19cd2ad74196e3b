import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeRecord, eventSubject, Kind } from '@picket/sdk';
import { expect } from 'vitest';
import { CaptureWriter } from '../../../capture/capture-file.ts';
import { testBatch } from '../../../capture/test-batch.ts';
import { run } from '../../../run.ts';

export const RULES = `- rule: Dump written
  desc: A dump.
  condition: >
    evt.is_open_write = true and fd.name endswith .sql
    and not proc.name in (restic, borg)
  output: Dump written (file=%fd.name)
  priority: Warning
  tags: [T1005, maturity_sandbox]
- rule: Sessions
  condition: evt.type = connect and
    fd.sport = 22
  priority: Notice
  enabled: false
`;
const WRONG = `- rule: Dump written
  condition: proc.nmae = x
  priority: Warning
- rule: "Odd \\e[31m rule"
  condition: evt.type = nothing
  priority: Warning
  colour: red
- macro: broken
  condition: (
- rule: From the cloud
  condition: ct.name = x
  source: aws_cloudtrail
  priority: Warning
`;
export const TESTS = `containers: {db: {image: postgres}}
tests:
  - name: somebody
    events:
      - process.exec: {pid: 100, path: /usr/bin/psql, container: db}
      - file.open: {pid: 100, path: /srv/a.sql, flags: O_WRONLY}
    expect: [{rule: Dump written, count: 1, fields: {proc.name: psql}}]
  - name: the backup
    events:
      - process.exec: {pid: 100, path: /usr/bin/restic, container: db}
      - file.open: {pid: 100, path: /srv/a.sql, flags: O_WRONLY}
    expect_none: [Dump written]
  - name: recorded
    rules: [mine.yaml]
    capture: night.pkcap
    expect: [{rule: Dump written, count: 2}]
    expect_none: true
`;

const open = (sequence: number, path: string, flags: number) =>
  encodeRecord(
    Kind.FileOpen,
    { sequence, syscall: 257, result: 3, tgid: 70, cgroup: 1, flags: 256, time: sequence * 1_000_000 },
    { path, open_flags: flags, file_mode: 0o100644, count: 1 },
  );

/** A folder with rules, wrong rules, tests and a capture, and the command run on them. */
export class RulesFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'picket-rules-'));
  out: string[] = [];
  notes: string[] = [];

  async fill(): Promise<void> {
    mkdirSync(join(this.path, 'none'));
    this.write('mine.yaml', RULES);
    this.write('wrong.yaml', WRONG);
    this.write('mine.test.yaml', TESTS);
    const writer = await CaptureWriter.create(join(this.path, 'night.pkcap'), false);
    const batches = [
      [open(1, '/srv/a.sql', 1), open(2, '/srv/b.txt', 1)],
      [open(3, '/srv/c.sql', 0), open(4, '/srv/d.sql', 1)],
    ];
    for (const [i, records] of batches.entries()) {
      const batch = testBatch(records, { firstSequence: BigInt(2 * i + 1), losses: [] });
      await writer.add({ subject: eventSubject(1, 'token'), time: i, batch });
    }
    await writer.finish();
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.path, name), text);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  /** Runs the command; words that begin with @ name files of the folder. What it prints replaces what was printed. */
  picket(...words: string[]): Promise<number> {
    this.out = [];
    this.notes = [];
    const config = {
      data: this.path,
      natsUrl: undefined,
      seedFile: undefined,
      loginFile: join(this.path, 'login.json'),
    };
    return run(
      words.map((word) => word.replace(/^@/, `${this.path}/`)),
      config,
      {
        out: (line) => void this.out.push(line),
        note: (line) => void this.notes.push(line),
        signal: new AbortController().signal,
      },
    );
  }

  /** What was printed, files without their folder. */
  get text(): string {
    return this.out.join('\n').replaceAll(`${this.path}/`, '');
  }

  json() {
    return JSON.parse(this.out.join('\n'));
  }

  expectFitsTerminal(): void {
    for (const line of this.out) {
      expect(line).not.toMatch(/\p{Cc}/u);
      if (!line.includes(this.path)) expect(line.length, line).toBeLessThanOrEqual(80);
    }
  }
}
