import type { Batch } from '../../types.ts';
import { parseDuration } from './duration.ts';
import { EventWriter } from './event-writer.ts';
import { ScriptError } from './script-error.ts';
import { BEGIN } from './script-node.ts';

/** Events of one test, as maps of one kind each, and the containers that they name. */
export interface Script {
  readonly events: readonly Readonly<Record<string, unknown>>[];
  readonly containers: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;
}

/** Time between two events when nothing is said, in ns. */
const STEP = 1_000_000;
/** How long the node goes on behind the last event, in ns: what waits for the order of events is found then. */
const LINGER = 1_000_000_000;
const MOST_REPEATS = 100_000;

/**
 * Makes real batches of a script, one for each event: records as a node sends them, with what the script leaves out filled in.
 * @throws ScriptError naming the value that does not fit
 */
export function compileScript(script: Script): Batch[] {
  const writer = new EventWriter(script.containers);
  let time = BEGIN;
  script.events.forEach((entry, i) => {
    const [key, value] = onlyEntry(entry, i);
    if (key === 'wait') {
      time += durationOf(value, ['events', i, 'wait']);
      writer.wait(time);
      return;
    }
    const path = ['events', i, key];
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new ScriptError(`${key} takes a map of fields, as {pid: 100, path: /bin/sh}`, path);
    const { at, repeat, every, ...fields } = value as Record<string, unknown>;
    time = at === undefined ? time + STEP : timeOf(at, time, [...path, 'at']);
    const times = repeat === undefined ? 1 : repeatsOf(repeat, [...path, 'repeat']);
    const step = every === undefined ? STEP : durationOf(every, [...path, 'every']);
    for (let n = 1; n <= times; n++) {
      if (n > 1) time += step;
      writer.write(key, repeat === undefined ? fields : numbered(fields, n), time, path);
    }
  });
  writer.wait(time + LINGER);
  return writer.batches;
}

function onlyEntry(entry: Readonly<Record<string, unknown>>, i: number): [string, unknown] {
  const [first, ...more] = Object.entries(entry);
  if (first && more.length === 0) return first;
  const keys = Object.keys(entry).join(', ');
  throw new ScriptError(`an event is one kind with its fields, as "- file.open: {...}"; here stand ${keys}`, [
    'events',
    i,
  ]);
}

/** "+5s" is after the event above, "5s" after the beginning of the script. */
function timeOf(at: unknown, previous: number, path: readonly PropertyKey[]): number {
  const text = String(at);
  if (text.startsWith('+')) return previous + durationOf(text.slice(1), path);
  const time = BEGIN + durationOf(text, path);
  if (time >= previous) return time;
  throw new ScriptError(`at: ${text} is before the event above it`, path);
}

function durationOf(value: unknown, path: readonly PropertyKey[]): number {
  const duration = parseDuration(value);
  if (duration !== undefined) return duration;
  throw new ScriptError(`${JSON.stringify(value)} is no duration: write 250ms, 5s, 10m or 1h`, path);
}

function repeatsOf(value: unknown, path: readonly PropertyKey[]): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MOST_REPEATS) return value;
  throw new ScriptError(`repeat is a number from 1 to ${MOST_REPEATS}`, path);
}

/** Puts the number of the repetition in the place of {n}. */
function numbered(value: Record<string, unknown>, n: number): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, numberedValue(item, n)]));
}

function numberedValue(value: unknown, n: number): unknown {
  if (typeof value === 'string') return value.replaceAll('{n}', String(n));
  return Array.isArray(value) ? value.map((item) => numberedValue(item, n)) : value;
}
