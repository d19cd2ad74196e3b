import { checkCapture } from '../../capture/capture-file.ts';
import type { Arguments, Io } from '../../command.ts';
import { CliError } from '../../errors.ts';
import { printable } from '../../printable.ts';
import { explained } from '../detectors/explain-errors.ts';
import { listOf } from './choices.ts';
import { resultLines } from './format-result.ts';
import { progressNotes } from './progress-notes.ts';

/** Runs a backtest of what lies in a folder, without a server. */
export async function backtestHere(args: Arguments, io: Io): Promise<number> {
  const { local = '', capture, since, set } = args.text;
  if (capture === undefined || since !== undefined || set !== undefined || args.positionals.length > 0)
    throw new CliError('USAGE', 'without a server: picket backtest --local DIR --capture FILE');
  await checkCapture(capture);
  const { runLocalBacktest } = await import('@picket/control-plane/backtests');
  const { result, clean } = await explained(local, io, () =>
    runLocalBacktest({
      paths: [local],
      capture,
      scope: { nodes: listOf(args, 'nodes') ?? null, namespaces: listOf(args, 'namespaces') ?? null },
      signal: io.signal,
      onProgress: progressNotes(io),
      onWarning: (message) => io.note(printable(message)),
    }),
  );
  if (args.flags.json) io.out(JSON.stringify({ clean, result }));
  else for (const line of resultLines(result, clean)) io.out(line);
  return 0;
}
