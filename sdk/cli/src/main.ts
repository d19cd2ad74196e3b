#!/usr/bin/env node
import { readConfig } from './config.ts';
import { run } from './run.ts';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
// A reader like head(1) that has enough ends the command.
process.stdout.on('error', () => stop.abort());

process.exitCode = await run(process.argv.slice(2), readConfig(), {
  out: (line) => process.stdout.write(`${line}\n`),
  note: (line) => process.stderr.write(`${line}\n`),
  signal: stop.signal,
});
