import { setTimeout as sleep } from 'node:timers/promises';
import { metricsOf } from '../../bench/load/metrics.ts';
import { run } from '../../sdk/cli/src/run.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Deeds, keepBusy, type Pace, startAll } from './busy.ts';
import { Shop } from './shop.ts';

/** Every event by itself; budgets stay, since no ordinary work comes near them and others may share the machine. */
const PLAN = 'trace: all\nsuppress_ms: 0\n';

export interface RecordingOptions {
  /** Capture file; one of that name is replaced. */
  readonly file: string;
  /**
   * Time from when the last container has started. At the turn of a minute: a short time before and after it, since that is
   * when cron does its work.
   */
  readonly seconds: number | 'turn of a minute';
  readonly pace: Pace;
  readonly snapshotSeconds: number;
  readonly note: (line: string) => void;
}

/** What a recording was made of. */
export interface Recorded {
  readonly deeds: Deeds;
  /** Events the node lost, by kind and reason, other containers of the machine included; none when all is well. */
  readonly losses: readonly string[];
}

/**
 * Records the whole life of the shop, from the start of its first container to the end of its last: with a plan that
 * holds nothing back, so that any rule can be tried on the capture later. Other containers of this machine get into it,
 * too: see `distil`.
 */
export async function recordShop(options: RecordingOptions): Promise<Recorded> {
  const shop = await Shop.open(options.note);
  try {
    const stack = await startStack({
      plan: PLAN,
      node: 'shop-node-1',
      env: { PICKET_SNAPSHOT_SECONDS: String(options.snapshotSeconds) },
    });
    try {
      return await record(shop, stack, options);
    } finally {
      await shop.close();
      await stack.stop();
    }
  } finally {
    await shop.close();
  }
}

async function record(shop: Shop, stack: Stack, options: RecordingOptions): Promise<Recorded> {
  const { note, pace } = options;
  const atTurn = options.seconds === 'turn of a minute';
  const [stop, end] = [new AbortController(), new AbortController()];
  try {
    if (atTurn) await sleep(secondsTo(25) * 1000);
    const recording = await startRecording(stack, options, stop.signal);
    await startAll(shop, pace);
    note('all containers run');
    const working = keepBusy(shop, pace, end.signal);
    working.catch(() => end.abort());
    await untilOver(atTurn ? secondsTo(5) : options.seconds, stack, note, end.signal);
    end.abort();
    const deeds = await working;
    for (const line of shop.lastLines()) note(line);
    await shop.close();
    await sleep(1000);
    stop.abort();
    if ((await recording.code) !== 0) throw new Error('the recording failed');
    return { deeds, losses: await lossesOf(stack) };
  } finally {
    end.abort();
    stop.abort();
  }
}

/** Waits, and says every minute what was lost: a recording that lost much is better begun again at once. */
async function untilOver(
  seconds: number,
  stack: Stack,
  note: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let left = seconds; left > 0 && !signal.aborted; left -= 60) {
    await sleep(Math.min(left, 60) * 1000);
    const lost = (await lossesOf(stack)).join(', ') || 'nothing';
    note(`${Math.round(Math.max(0, left - 60))} s left; lost so far: ${lost}`);
  }
}

/** Seconds until so many seconds after the beginning of a minute of the clock. */
const secondsTo = (second: number) => (60 + second - ((Date.now() / 1000) % 60)) % 60;

/** Resolves once `picket record` records; `code` comes when it has ended. */
async function startRecording(
  stack: Stack,
  { file, note }: RecordingOptions,
  signal: AbortSignal,
): Promise<{ readonly code: Promise<number> }> {
  const config = { data: stack.nats.folder, natsUrl: stack.nats.url, seedFile: undefined, loginFile: '' };
  let recording = false;
  const say = (line: string) => {
    recording ||= line.startsWith('recording');
    note(line);
  };
  const code = run(['record', file, '--force'], config, { out: say, note: say, signal });
  await waitFor('the recording', () => recording || undefined, 90);
  return { code };
}

async function lossesOf(stack: Stack): Promise<string[]> {
  const metrics = await metricsOf(`${stack.api}/metrics`, stack.token);
  return [...metrics]
    .filter(([name, value]) => name.startsWith('picket_node_events_lost{') && value > 0)
    .map(([name, value]) => {
      const [, kind, reason] = /kind="([^"]+)",reason="([^"]+)"/.exec(name) ?? [];
      return `${kind} ${reason} ${value}`;
    });
}
