import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { run } from '../../sdk/cli/src/run.ts';
import { startContainer } from '../../test/support/container.ts';
import { EVERY_EVENT, type Stack, startStack } from '../../test/support/stack.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { PROGRAM } from './collector-workloads.ts';
import { compileLoad } from './compile.ts';

const FOLDER = fileURLToPath(new URL('../../build/bench', import.meta.url));
/** Until what was made has come to the bus. */
const LAST_EVENTS_MS = 2000;

/** One kind of act alone, made by the load generator, and what Falco does with such. */
export interface Single {
  readonly name: string;
  readonly args: readonly string[];
  readonly file: string;
  /** M events/s that Falco 0.44.1 with its 25 rules replays on one core, measured elsewhere on this kind of machine. */
  readonly falco: number;
}

const single = (name: string, kind: string, args: readonly string[], falco: number): Single => ({
  name,
  args: [kind, ...args],
  file: `${FOLDER}/rules-${kind}.pkcap`,
  falco,
});

export const SINGLES: readonly Single[] = [
  single('open/close', 'open', ['100000', '50000', '/dev/shm/load', '3000'], 1.05),
  single('connect', 'tcp', ['25000', '10000'], 1.73),
  single('fork+exec', 'fork', ['3000', '1000'], 0.37),
];

/** Records those that are not there yet, with every event, in a real container. Other containers get into it, too. */
export async function recordSingles(note: (line: string) => void): Promise<void> {
  const missing = SINGLES.filter(({ file }) => !existsSync(file));
  if (missing.length === 0) return;
  mkdirSync(FOLDER, { recursive: true });
  const stack = await startStack({ plan: EVERY_EVENT });
  try {
    const mounts = [{ destination: PROGRAM, type: 'bind', source: compileLoad(), options: ['bind', 'ro'] }];
    const container = await startContainer({ name: 'bench', args: ['sleep', '3600'], mounts });
    try {
      for (const one of missing) {
        note(`recording ${one.name}`);
        await record(stack, one, async () => {
          const { code, stderr } = await container.exec([PROGRAM, ...one.args]);
          if (code !== 0) throw new Error(`the load ${one.name} failed (${code}): ${stderr}`);
        });
      }
    } finally {
      await container.remove();
    }
  } finally {
    await stack.stop();
  }
}

async function record(stack: Stack, { file }: Single, act: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const config = { data: stack.nats.folder, natsUrl: stack.nats.url, seedFile: undefined, loginFile: '' };
  let isRecording = false;
  const note = (line: string) => {
    isRecording ||= line.startsWith('recording');
  };
  const partial = `${file}.new`;
  const ended = run(['record', partial, '--force'], config, { out: note, note, signal: stop.signal });
  try {
    await waitFor('the recording', () => isRecording || undefined);
    await act();
    await sleep(LAST_EVENTS_MS);
  } finally {
    stop.abort();
  }
  if ((await ended) !== 0) throw new Error(`the recording of ${file} failed`);
  renameSync(partial, file);
}
