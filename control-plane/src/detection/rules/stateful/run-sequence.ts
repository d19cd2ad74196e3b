import { EventCursor, Header } from '@picket/sdk';
import type { FieldValues, Finding, NodeView } from '../../../types.ts';
import { EventContext } from '../fields/event-context.ts';
import type { KeyTable } from './key-table.ts';
import type { ProgramStep, SequenceProgram, StepReads } from './program.ts';
import { type Happening, type Run, SequenceEntry } from './sequence-entry.ts';

/** An event that meets the condition of a step. */
export interface Hit {
  readonly happening: Happening;
  /** Number of the event in the order of arrival: decides between events of one time. */
  readonly order: number;
  /** Id of the program. */
  readonly program: string;
  readonly step: number;
  readonly key: string;
  readonly owner: string;
}

/** What a sequence found, and the event it is told of. */
export interface Found {
  readonly finding: Finding;
  readonly happening: Happening;
}

const NO_FIELDS: FieldValues = {};

/** Takes hits into the sequences of one node, in the order of their times. */
export class SequenceRunner {
  readonly #cursor = new EventCursor();
  readonly #context = new EventContext();
  /** What was completed last: its event begins nothing new. */
  #completed: Pick<Hit, 'order' | 'program' | 'key'> | undefined;

  /**
   * Takes a hit in and hands out what is found with it. Of one event the hits of later steps come first, so that no event
   * is two steps.
   */
  take(hit: Hit, program: SequenceProgram, table: KeyTable<SequenceEntry>, view: NodeView, out: Found[]): void {
    const step = program.steps[hit.step];
    const { time } = hit.happening;
    const entry = closeOverdue(table.get(hit.key), program, table, time, out);
    if (!step) return;
    if (step.negative) {
      if (entry) end(entry, step, time, program, table);
      return;
    }
    if (isOfOneEvent(hit, this.#completed)) return;
    const before = step.previous < 0 ? undefined : entry?.runs[step.previous];
    if (step.previous >= 0 && !(before && follows(before, time, program))) return;
    this.#advance(hit, program, before, entry, table, view, out);
  }

  #advance(
    hit: Hit,
    program: SequenceProgram,
    before: Run | undefined,
    entry: SequenceEntry | undefined,
    table: KeyTable<SequenceEntry>,
    view: NodeView,
    out: Found[],
  ): void {
    const { happening } = hit;
    const reads = program.steps[hit.step]?.reads.get(this.#open(happening, view).kind);
    if (!reads) return;
    const run = this.#extend(before, happening, reads);
    if (hit.step !== program.last) place(run, hit, entry, table);
    else if (!reads.passes(this.#context)) return;
    else if (program.trailing) {
      // the oldest is the first to be told, so newer ones wait for it
      if (entry?.runs[hit.step]) return;
      place({ ...run, closing: { finding: this.#find(run, reads), happening } }, hit, entry, table);
    } else {
      if (entry) table.delete(entry);
      this.#completed = hit;
      out.push({ finding: this.#find(run, reads), happening });
    }
  }

  #open(happening: Happening, view: NodeView): EventCursor {
    const cursor = this.#cursor.open(happening.record);
    cursor.next();
    this.#context.begin(cursor, view, { header: happening });
    return cursor;
  }

  #extend(before: Run | undefined, happening: Happening, reads: StepReads): Run {
    const position = { agentEpoch: happening.agentEpoch, sequence: this.#cursor.big(Header.sequence) };
    const fields = reads.fields?.(this.#context);
    return {
      start: before?.start ?? happening.time,
      newest: happening.time,
      since: before?.since ?? this.#cursor.big(Header.time) + happening.wallOffset,
      events: [...(before?.events ?? []), position],
      fields: fields ? { ...before?.fields, ...fields } : (before?.fields ?? NO_FIELDS),
      closing: undefined,
    };
  }

  #find(run: Run, reads: StepReads): Finding {
    const finding = reads.find(this.#context, run.fields);
    return { ...finding, since: run.since, earlier: run.events.slice(0, -1) };
  }
}

/** Hands out the sequences whose time is over at the watermark without the `not` that ends them. */
export function takeDue(
  program: SequenceProgram,
  table: KeyTable<SequenceEntry>,
  watermark: number,
  out: Found[],
): void {
  if (!program.trailing) return;
  const overdue = [...table.values()].filter((entry) => isOverdue(entry, program, watermark));
  const startOf = (entry: SequenceEntry): number => entry.runs[program.last]?.start ?? 0;
  for (const entry of overdue.toSorted((a, b) => startOf(a) - startOf(b)))
    closeOverdue(entry, program, table, watermark, out);
}

/** `watermark`: every event before it was taken in. */
function isOverdue(entry: SequenceEntry, { last, withinNs }: SequenceProgram, watermark: number): boolean {
  const run = entry.runs[last];
  return run?.closing !== undefined && run.start + withinNs < watermark;
}

/** Ends an entry whose sequence is complete because nothing came; answers it when there is nothing to end. */
function closeOverdue(
  entry: SequenceEntry | undefined,
  program: SequenceProgram,
  table: KeyTable<SequenceEntry>,
  now: number,
  out: Found[],
): SequenceEntry | undefined {
  if (!entry || !isOverdue(entry, program, now)) return entry;
  const closing = entry.runs[program.last]?.closing;
  if (closing) out.push(closing);
  table.delete(entry);
  return undefined;
}

const isOfOneEvent = (hit: Hit, other: Pick<Hit, 'order' | 'program' | 'key'> | undefined): boolean =>
  other?.order === hit.order && other.program === hit.program && other.key === hit.key;

const follows = (run: Run, time: number, { withinNs }: SequenceProgram): boolean =>
  time >= run.newest && time - run.start <= withinNs;

function place(run: Run, hit: Hit, entry: SequenceEntry | undefined, table: KeyTable<SequenceEntry>): void {
  const { time } = hit.happening;
  const old = entry?.runs[hit.step];
  if (old && old.start > run.start) return;
  const kept = entry ?? new SequenceEntry({ key: hit.key, owner: hit.owner, used: time });
  kept.runs[hit.step] = run;
  if (entry) {
    table.touch(kept, time, kept.size());
    return;
  }
  kept.bytes = kept.size();
  table.add(kept);
}

/** A `not` came: what waits behind the condition before it is over. */
function end(
  entry: SequenceEntry,
  { previous }: ProgramStep,
  time: number,
  program: SequenceProgram,
  table: KeyTable<SequenceEntry>,
): void {
  const run = entry.runs[previous];
  if (!run || !follows(run, time, program)) return;
  entry.runs[previous] = undefined;
  if (entry.isEmpty) table.delete(entry);
  else table.touch(entry, time, entry.size());
}
