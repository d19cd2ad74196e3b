import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Uses every capability, and says or fails what its configuration tells it to. */
const SOURCE = `
import {
  Config, containerOf, fail, FileOpen, Finding, log, now, ProcessExec, processOf, propose, Severity, stateGet, statePut,
} from '@picket/detector';
import { shout } from './lib/shout';

let mode: string = '';
let ticks: i32 = 0;

export function onInit(config: Config): void {
  mode = config.text('mode', 'plain', 20);
  if (mode == 'odd') config.refuse('mode', 'is odd');
}

export function onProcessExec(e: ProcessExec): void {
  if (mode == 'fail') fail('no more');
  if (mode == 'trap') { const empty: i32[] = []; log(empty[3].toString()); }
  if (mode == 'loop') while (true) {}
  if (mode == 'flood') for (let i = 0; i < 300; i++) new Finding('Flood', Severity.Notice).emit();
  log(e.path);
  new Finding(shout('ran'), Severity.Emergency).message(e.path).group('g').field('uid', e.uid.toString()).emit();
}

export function onFileOpen(e: FileOpen): void {
  const p = processOf(e.tgid, e.start);
  const c = containerOf(e.slot);
  new Finding('Opened', Severity.Debug).message((p ? p.name : '?') + ' in ' + (c ? c.name + ' ' + c.image + ' ' + c.namespace : '?')).emit();
  propose('isolate', 'c', 'because');
  const before = stateGet('n');
  const bytes = new Uint8Array(1);
  bytes[0] = before ? before[0] + 1 : 1;
  statePut('n', bytes);
  log(bytes[0].toString());
}

export function onTick(time: u64): void {
  ticks++;
  if (time == now()) new Finding('Tick', Severity.Notice).message(ticks.toString()).emit();
}
`;
const MANIFEST = `id: sample
version: 1.0.0
summary: For tests.
kinds: [process.exec, file.open]
capabilities: [observe, state, context, respond]
severity: warning
tick: 10
limits: { fuel: 50000000 }
config:
  mode: { type: text, default: plain }
`;

/** The folder of a detector for tests. */
export class SampleDetector {
  readonly path = mkdtempSync(join(tmpdir(), 'picket-sample-'));

  constructor() {
    this.write('manifest.yaml', MANIFEST);
    this.write('src/main.ts', SOURCE);
    this.write('src/lib/shout.ts', 'export function shout(text: string): string { return text.toUpperCase(); }\n');
    this.write('src/lib/shout.test.ts', 'this is no AssemblyScript');
  }

  write(name: string, text: string): void {
    const file = join(this.path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
