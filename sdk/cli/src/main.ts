#!/usr/bin/env node
import { readConfig } from './config.ts';
import { run } from './run.ts';

const stop = new AbortController();
let listens = false;

/** Only a command that asks for the signal ends by itself; Ctrl-C ends the others at once, also in the midst of work. */
function listen(): AbortSignal {
  if (!listens) for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  listens = true;
  return stop.signal;
}

// A reader like head(1) that has enough ends the command.
process.stdout.on('error', () => stop.abort());

process.exitCode = await run(process.argv.slice(2), readConfig(), {
  out: (line) => process.stdout.write(`${line}\n`),
  note: (line) => process.stderr.write(`${line}\n`),
  get signal() {
    return listen();
  },
});
