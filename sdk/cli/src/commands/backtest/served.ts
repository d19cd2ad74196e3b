import { readFileSync } from 'node:fs';
import { messageOf } from '@picket/sdk';
import {
  type Backtest,
  type BacktestRequest,
  type BacktestSource,
  PicketApiError,
  type PicketClient,
} from '@picket/sdk/client';
import { openApi } from '../../api/connection.ts';
import { checkCapture } from '../../capture/capture-file.ts';
import type { Arguments, Io } from '../../command.ts';
import type { CliConfig } from '../../config.ts';
import { CliError } from '../../errors.ts';
import { printable } from '../../printable.ts';
import { setFiles } from '../rule-sets/set-files.ts';
import { filtersOf, stretchOf } from './choices.ts';
import { backtestLine, resultLines } from './format-result.ts';
import { progressNotes } from './progress-notes.ts';

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Puts a backtest in the queue of the server, and waits for it when asked to. */
export async function tryOnServer(config: CliConfig, args: Arguments, io: Io): Promise<number> {
  const tried = triedOf(args);
  const { client } = openApi(config, args);
  const { source, uploaded } = await sourceOf(client, args, io);
  const made = await client.backtests
    .create({ ...tried, from: source, filters: filtersOf(args) }, { signal: io.signal })
    .catch((error: unknown) => explain(error, io));
  if (!args.flags.wait) {
    io.out(made.id);
    if (uploaded !== undefined) io.note(`the capture is kept on the server: ${uploaded}`);
    return 0;
  }
  const say = progressNotes(io);
  const options = { signal: io.signal, onProgress: ({ progress }: Backtest) => say(progress) };
  const ended = await client.backtests.finished(made.id, options);
  if (uploaded !== undefined) await client.captures.delete(uploaded, { signal: io.signal });
  return printEnded(ended, args, io);
}

/** Shows all backtests that the token may see. */
export async function listBacktests(config: CliConfig, args: Arguments, io: Io): Promise<number> {
  onlyWord(args, 1);
  const { client } = openApi(config, args);
  const { items, next } = await client.backtests.list({ limit: 100 }, { signal: io.signal });
  for (const item of items) io.out(args.flags.json ? JSON.stringify(item) : backtestLine(item));
  if (items.length === 0) io.note('nothing was tried yet');
  if (next !== null) io.note('and older ones');
  return 0;
}

/** Shows what came of one. */
export async function showBacktest(config: CliConfig, args: Arguments, io: Io): Promise<number> {
  const { client } = openApi(config, args);
  const id = onlyWord(args, 2);
  const options = { signal: io.signal };
  const backtest = args.flags.wait
    ? await client.backtests.finished(id, options)
    : await client.backtests.get(id, options);
  return printEnded(backtest, args, io);
}

/** Ends one, or removes it when it has ended. */
export async function deleteBacktest(config: CliConfig, args: Arguments, io: Io): Promise<number> {
  const { client } = openApi(config, args);
  await client.backtests.delete(onlyWord(args, 2), { signal: io.signal });
  return 0;
}

function triedOf(args: Arguments): Pick<BacktestRequest, 'detector' | 'rules'> {
  const [what, ...names] = args.positionals;
  const { set } = args.text;
  if (what === 'rules' && set !== undefined && names.length === 0) return { rules: { set } };
  if (what === 'rules' && set === undefined && names.length > 0) return { rules: { files: setFiles(names) } };
  const [name, version] = names[0]?.split('@') ?? [];
  if (what === 'detector' && names.length === 1 && name) return { detector: { name, ...(version && { version }) } };
  throw new CliError(
    'USAGE',
    'say what to try: picket backtest detector NAME[@VERSION], rules FILE..., or rules --set ID',
  );
}

/** A capture that is named by a file is uploaded. */
async function sourceOf(
  client: PicketClient,
  args: Arguments,
  io: Io,
): Promise<{ source: BacktestSource; uploaded?: string }> {
  const { capture, since, until } = args.text;
  if (capture === undefined) return { source: stretchOf(args, Date.now()) };
  if (since !== undefined || until !== undefined)
    throw new CliError('USAGE', '--capture has its own time: leave out --since and --until');
  if (ID.test(capture)) return { source: { capture } };
  await checkCapture(capture);
  const { id } = await client.captures.upload(readCaptureFile(capture), { signal: io.signal });
  return { source: { capture: id }, uploaded: id };
}

function readCaptureFile(path: string): Uint8Array<ArrayBuffer> {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new CliError('FILE_UNREADABLE', `${path} can not be read: ${messageOf(cause)}`, { cause });
  }
}

/** 0 when it is done or still waits; 1 when it failed or was ended. */
function printEnded(backtest: Backtest, args: Arguments, io: Io): number {
  if (args.flags.json) io.out(JSON.stringify(backtest));
  else {
    io.out(backtestLine(backtest));
    if (backtest.result) for (const line of resultLines(backtest.result, backtest.clean)) io.out(line);
  }
  return backtest.state === 'failed' || backtest.state === 'cancelled' ? 1 : 0;
}

/** The one argument that is left. @throws CliError USAGE */
function onlyWord({ positionals }: Arguments, count: 1 | 2): string {
  const word = positionals[count - 1];
  if (positionals.length === count && word !== undefined) return word;
  throw new CliError(
    'USAGE',
    count === 1
      ? 'picket backtest list takes no more words'
      : `name one backtest: picket backtest ${positionals[0]} ID`,
  );
}

/** Shows every place that is wrong before the error goes on. */
function explain(error: unknown, io: Io): never {
  if (error instanceof PicketApiError)
    for (const { path, message } of error.errors) io.note(printable(`error ${path} ${message}`));
  throw error;
}
