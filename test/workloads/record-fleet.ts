import { setTimeout as sleep } from 'node:timers/promises';
import { metricsOf } from '../../bench/load/metrics.ts';
import { connectToAgents } from '../../sdk/cli/src/bus/ask-snapshots.ts';
import { connectBus } from '../../sdk/cli/src/bus/connect-bus.ts';
import { Recording } from '../../sdk/cli/src/capture/recording.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';
import type { Deeds } from './busy.ts';
import { Fleet } from './fleet.ts';
import { RotatingCapture } from './rotating-capture.ts';
import { bootMs, writeWork } from './work-span.ts';

/** Every kind of event, and repetitions told once as the shipped plan has it: what models see in use. */
const PLAN = 'trace: all\n';
/** What the last events of a container need until they are on the bus. */
const SETTLE_MS = 2000;

export interface FleetRecordingOptions {
  /** Folder of the pieces; those of an earlier recording are replaced. */
  readonly folder: string;
  readonly shops: number;
  /** From the start of the first container on. */
  readonly seconds: number;
  readonly pieceSeconds: number;
  readonly note: (line: string) => void;
  /** Ends it earlier, in order. */
  readonly signal: AbortSignal;
}

/** What a recording was made of. */
export interface FleetRecorded {
  readonly deeds: Deeds;
  readonly losses: readonly string[];
}

/** Records several shops from the start of their first container to the end of the last, for behaviour models. */
export async function recordFleet(options: FleetRecordingOptions): Promise<FleetRecorded> {
  const stack = await startStack({ plan: PLAN, node: 'fleet-node-1', env: { PICKET_SNAPSHOT_SECONDS: '60' } });
  const fleet = new Fleet(options.note);
  try {
    const recording = await recordStack(stack, options);
    const over = new AbortController();
    const stop = () => over.abort();
    options.signal.addEventListener('abort', stop, { once: true });
    const timer = setTimeout(stop, options.seconds * 1000);
    try {
      const starting = fleet.start(options.shops);
      starting.catch(stop);
      await watchLosses(stack, options.note, over.signal);
      writeWork(options.folder, { to: bootMs() });
      const deeds = await fleet.end();
      await starting;
      await fleet.close();
      await sleep(SETTLE_MS);
      await recording.stop();
      return { deeds, losses: await lossesOf(stack) };
    } finally {
      clearTimeout(timer);
      over.abort();
      await fleet.close();
      await recording.stop();
    }
  } finally {
    await fleet.close();
    await stack.stop();
  }
}

/**
 * Records what a stack has on its bus, until told to stop; resolves once it records.
 * @throws Error when the recording does not begin within a minute and a half
 */
export async function recordStack(
  stack: Stack,
  { folder, pieceSeconds, note }: Pick<FleetRecordingOptions, 'folder' | 'pieceSeconds' | 'note'>,
): Promise<{ stop(): Promise<void> }> {
  const config = { data: stack.nats.folder, natsUrl: stack.nats.url, seedFile: undefined, loginFile: '' };
  const args = { positionals: [], text: {}, flags: {} };
  const connection = await connectBus(config, args, 'subscriber');
  const capture = new RotatingCapture(folder, pieceSeconds);
  const end = new AbortController();
  let recording = false;
  const say = (line: string) => {
    recording ||= line.startsWith('recording');
    note(line);
  };
  const run = new Recording(connection, capture, { out: say, note: say, signal: end.signal }).run({
    seconds: undefined,
    now: false,
    agents: () => connectToAgents(config, args),
  });
  await Promise.race([run, waitFor('the recording', () => recording || undefined, 90)]);
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    end.abort();
    await run;
    await capture.finish();
    await connection.close();
  };
  return { stop: () => (stopping ??= stop()) };
}

/** Says every minute what was lost, until the end: a recording that lost much is better begun again at a lower pace. */
async function watchLosses(stack: Stack, note: (line: string) => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(60_000, undefined, { signal }).catch(() => undefined);
    note(`${new Date().toISOString()} lost so far: ${(await lossesOf(stack)).join(', ') || 'nothing'}`);
  }
}

/** Events the node lost, by kind and reason. */
async function lossesOf(stack: Stack): Promise<string[]> {
  const metrics = await metricsOf(`${stack.api}/metrics`, stack.token);
  return [...metrics]
    .filter(([name, value]) => name.startsWith('picket_node_events_lost{') && value > 0)
    .map(([name, value]) => {
      const [, kind, reason] = /kind="([^"]+)",reason="([^"]+)"/.exec(name) ?? [];
      return `${kind} ${reason} ${value}`;
    });
}
