import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startContainer, type TestContainer } from '../../test/support/container.ts';
import { EVERY_EVENT, type Stack, startStack } from '../../test/support/stack.ts';
import { StreamAudit } from '../../test/support/stream-audit.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import type { LoadReport } from './cgroup-load.ts';
import { compileLoad } from './compile.ts';
import { metricsOf } from './metrics.ts';

export interface AwayPlan {
  /** How long the bus is away. */
  readonly seconds: number;
  /** Events a second, before, during and after. */
  readonly rate: number;
  readonly spoolMib: number;
  readonly diskMib: number;
}

/** What the spool of an agent held, by its metrics. */
export interface SpoolLevel {
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly batches: number;
}

export interface AwayResult {
  /** Opens made, by the count of their generator. */
  readonly made: number;
  readonly audit: StreamAudit;
  /** Most that the spool held. */
  readonly peak: SpoolLevel;
  /** From the return of the bus to an empty spool. */
  readonly catchUpMs: number;
  /** What the control plane says: records that are missing, batches that came twice. */
  readonly control: { readonly missing: number; readonly duplicates: number };
}

const FOLDER = '/dev/shm/away';
const LEAD_SECONDS = 2;
/** Opens of the folder are wanted, and no alert comes of them. */
const RULE = `
- rule: opens of the story
  desc: never true, but its opens have to be seen
  condition: evt.type in (open, openat, creat) and fd.name startswith ${FOLDER}/ and proc.name = none-of-this-name
  output: "%fd.name"
  priority: DEBUG
`;

/** A whole Picket, and a container that opens FOLDER/0, FOLDER/1 and so on: no two events are equal. */
export class AwayStage {
  readonly stack: Stack;
  readonly audit = new StreamAudit(FOLDER);
  readonly #container: TestContainer;
  readonly #folder: string;

  private constructor(stack: Stack, container: TestContainer, folder: string) {
    this.stack = stack;
    this.#container = container;
    this.#folder = folder;
  }

  static async start(plan: Pick<AwayPlan, 'spoolMib' | 'diskMib'>): Promise<AwayStage> {
    const folder = mkdtempSync(join(tmpdir(), 'picket-away-'));
    writeFileSync(join(folder, 'rules.yaml'), RULE);
    const env = {
      PICKET_SPOOL_MIB: String(plan.spoolMib),
      PICKET_SPOOL_DISK_MIB: String(plan.diskMib),
      PICKET_AGENT_METRICS_PORT: '0',
    };
    const stack = await startStack({ rules: join(folder, 'rules.yaml'), plan: EVERY_EVENT, env });
    try {
      const program = { destination: '/usr/bin/load', type: 'bind', source: compileLoad(), options: ['bind', 'ro'] };
      const container = await startContainer({ name: 'away', args: ['sleep', '3600'], mounts: [program] });
      return new AwayStage(stack, container, folder);
    } catch (error) {
      await stack.stop();
      throw error;
    }
  }

  /** Makes events for so long. @returns how many */
  async load(rate: number, seconds: number): Promise<number> {
    const args = ['names', String(rate * seconds), String(rate), FOLDER];
    const { code, stdout, stderr } = await this.#container.exec(['/usr/bin/load', ...args]);
    if (code !== 0) throw new Error(`the load failed (${code}): ${stderr}`);
    return (JSON.parse(stdout) as LoadReport).opens;
  }

  async level(): Promise<SpoolLevel> {
    const numbers = await metricsOf(this.#metricsUrl());
    const of = (name: string) => numbers.get(`picket_agent_${name}`) ?? 0;
    return {
      memoryBytes: of('queue_bytes'),
      diskBytes: of('spool_disk_bytes'),
      batches: of('queue_batches') + of('spool_disk_batches'),
    };
  }

  /** Waits until the agent has handed over what it kept. */
  async caughtUp(seconds: number): Promise<void> {
    await waitFor('an empty spool', async () => ((await this.level()).batches <= 1 ? true : undefined), seconds);
  }

  /** Waits until the control plane has read everything, and reads the stream itself. */
  async settle(): Promise<AwayResult['control']> {
    // The agent tells of losses once a second, in the batch after.
    await sleep(2500);
    await this.audit.read(this.stack.nats);
    const wanted = this.audit.runs.reduce((sum, run) => sum + run.records, 0);
    return waitFor('the control plane', async () => {
      const numbers = await metricsOf(`${this.stack.api}/metrics`, this.stack.token);
      const events = [...numbers].filter(([name]) => name.startsWith('picket_events_total'));
      if (events.reduce((sum, [, count]) => sum + count, 0) < wanted) return undefined;
      const of = (name: string) => numbers.get(name) ?? 0;
      return { missing: of('picket_events_missing_total'), duplicates: of('picket_batches_duplicate_total') };
    });
  }

  async stop(): Promise<void> {
    await this.#container.remove();
    await this.stack.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #metricsUrl(): string {
    const [, url] = /metrics are served.* url=(\S+)/.exec(this.stack.agent?.log() ?? '') ?? [];
    if (!url) throw new Error('the agent does not say where its metrics are');
    return url;
  }
}

/** Kills the bus under load, leaves it away, brings it back, and waits until all is read. */
export async function runAway(plan: AwayPlan): Promise<AwayResult> {
  const stage = await AwayStage.start(plan);
  try {
    const load = stage.load(plan.rate, plan.seconds + 2 * LEAD_SECONDS);
    await sleep(LEAD_SECONDS * 1000);
    await stage.stack.nats.kill();
    const peak = await watch(stage, plan.seconds * 1000);
    await stage.stack.nats.restart();
    const back = performance.now();
    await stage.caughtUp(60);
    const catchUpMs = performance.now() - back;
    const made = await load;
    await stage.caughtUp(20);
    return { made, audit: stage.audit, peak, catchUpMs, control: await stage.settle() };
  } finally {
    await stage.stop();
  }
}

/** The most that the spool held while the bus was away. */
async function watch(stage: AwayStage, ms: number): Promise<SpoolLevel> {
  let peak: SpoolLevel = { memoryBytes: 0, diskBytes: 0, batches: 0 };
  for (const end = performance.now() + ms; performance.now() < end; await sleep(200)) {
    const now = await stage.level();
    peak = {
      memoryBytes: Math.max(peak.memoryBytes, now.memoryBytes),
      diskBytes: Math.max(peak.diskBytes, now.diskBytes),
      batches: Math.max(peak.batches, now.batches),
    };
  }
  return peak;
}
