import type { EventCursor } from '@picket/sdk';
import type { Batch, NodeView } from '../../../types.ts';
import type { EventContext } from '../fields/event-context.ts';
import type { Rule } from '../load/rule.ts';
import { containerKey, type KeyOf } from './join-key.ts';
import { type Kept, type KeyLimits, KeyTable, keepWithin } from './key-table.ts';
import type { NodeMemoryState } from './memory-state.ts';
import type { Program, Programs, SequenceProgram, WindowProgram, WindowReads } from './program.ts';
import { type Found, type Hit, SequenceRunner, takeDue } from './run-sequence.ts';
import { type Happening, inRun, SequenceEntry, type SequenceState } from './sequence-entry.ts';
import { WindowEntry, type WindowState } from './window-entry.ts';

/** More hits than this, or of more bytes than keys may have, do not wait: they are put in order among themselves. */
const MAX_WAITING = 16_384;

type Table = KeyTable<WindowEntry> | KeyTable<SequenceEntry>;

/** What the rules over several events remember of one node. Time is CLOCK_BOOTTIME of the events. */
export class NodeMemory {
  readonly #limits: KeyLimits;
  readonly #onEvicted: (program: string) => void;
  readonly #tables = new Map<string, Table>();
  /** Restored, and not asked for yet. */
  readonly #saved = new Map<string, NodeMemoryState['rules'][number]>();
  readonly #runner = new SequenceRunner();
  #waiting: Hit[] = [];
  #boot = '';
  #order = 0;
  /** The event that was copied last, and where it stood. */
  #copied: Happening | undefined;
  #copiedFrom: Uint8Array | undefined;
  #copiedAt = -1;

  constructor(limits: KeyLimits, onEvicted: (program: string) => void) {
    this.#limits = limits;
    this.#onEvicted = onEvicted;
  }

  /** Before the events of a batch. A reboot makes everything untrue. */
  begin({ bootId }: Pick<Batch['header'], 'bootId'>): void {
    this.#copiedFrom = undefined;
    const boot = Buffer.from(bootId).toString('hex');
    if (boot === this.#boot) return;
    this.#tables.clear();
    this.#saved.clear();
    this.#waiting = [];
    this.#boot = boot;
  }

  /** Forgets rules that are no more, or were changed. */
  keepOnly(programs: Programs): void {
    for (const id of [...this.#tables.keys(), ...this.#saved.keys()]) {
      if (programs.get(id)) continue;
      this.#tables.delete(id);
      this.#saved.delete(id);
    }
    this.#waiting = this.#waiting.filter((hit) => programs.get(hit.program));
  }

  /** The window that the current event fills so that its rule matches; undefined when it does not. */
  window(program: WindowProgram, keyOf: KeyOf, reads: WindowReads, c: EventContext): WindowEntry | undefined {
    const key = keyOf(c);
    const value = reads.value?.(c);
    const amount = reads.amount?.(c) ?? 0;
    if (key === undefined || (reads.value && value === undefined) || Number.isNaN(amount)) return undefined;
    const { time } = c.cursor;
    const table = this.#windows(program);
    const known = table.get(key);
    const entry = known ?? new WindowEntry(key, containerKey(c), time, program);
    const matches = entry.take(program, time, reads.weight(c), value, amount);
    if (!known) {
      entry.bytes = entry.size();
      table.add(entry);
    } else table.touch(entry, time, entry.size());
    return matches ? entry : undefined;
  }

  /** Notes that the current event meets the condition of a step; `settle` looks at it in its turn. */
  step(program: SequenceProgram, step: number, keyOf: KeyOf, c: EventContext, { header }: Batch): void {
    const key = keyOf(c);
    if (key === undefined) return;
    const happening = this.#copy(c.cursor, header);
    this.#waiting.push({ happening, order: this.#order, program: program.id, step, key, owner: containerKey(c) });
  }

  /**
   * After the events of a batch: what sequences find in the events up to its watermark, in the order of their times.
   * @param onError told of a rule that failed on an event; the others go on
   */
  settle(
    programs: Programs,
    { header }: Batch,
    view: NodeView,
    onError: (rule: Rule, error: unknown) => void,
  ): Found[] {
    const watermark = Number(header.watermark);
    const out: Found[] = [];
    for (const hit of this.#takeUpTo(watermark)) {
      const program = programs.get(hit.program);
      if (program?.type !== 'sequence') continue;
      try {
        const happening = inRun(hit.happening, header.agentEpoch);
        this.#runner.take({ ...hit, happening }, program, this.#sequences(program), view, out);
      } catch (error) {
        onError(program.rule, error);
      }
    }
    for (const program of programs.all()) this.#advance(program, watermark, out);
    const tables = [...programs.all()].map(({ id }) => this.#tables.get(id)).filter((table) => table !== undefined);
    keepWithin(this.#limits.bytes, tables);
    return out.map(({ finding, happening }) => ({ finding, happening: inRun(happening, header.agentEpoch) }));
  }

  #advance(program: Program, watermark: number, out: Found[]): void {
    if (!this.#tables.has(program.id) && !this.#saved.has(program.id)) return;
    if (program.type === 'window') {
      this.#windows(program).expire(watermark - Math.max(program.spanNs, program.silenceNs));
      return;
    }
    const table = this.#sequences(program);
    takeDue(program, table, watermark, out);
    table.expire(watermark - program.withinNs);
  }

  #takeUpTo(watermark: number): Hit[] {
    if (this.#waiting.length === 0) return [];
    const all = this.#waiting.length > MAX_WAITING || bytesOf(this.#waiting) > this.#limits.bytes;
    const ready = all ? this.#waiting : this.#waiting.filter(({ happening }) => happening.time <= watermark);
    this.#waiting = all ? [] : this.#waiting.filter(({ happening }) => happening.time > watermark);
    return ready.sort((a, b) => a.happening.time - b.happening.time || a.order - b.order || b.step - a.step);
  }

  /** The same for all hits of an event. */
  #copy(cursor: EventCursor, { agentEpoch, wallOffset }: Batch['header']): Happening {
    if (this.#copied && this.#copiedFrom === cursor.bytes && this.#copiedAt === cursor.at) return this.#copied;
    const record = new Uint8Array(cursor.bytes.subarray(cursor.at, cursor.at + cursor.length));
    this.#copied = { record, time: cursor.time, agentEpoch, wallOffset };
    this.#copiedFrom = cursor.bytes;
    this.#copiedAt = cursor.at;
    this.#order++;
    return this.#copied;
  }

  #windows(program: WindowProgram): KeyTable<WindowEntry> {
    const known = this.#tables.get(program.id);
    if (known) return known as KeyTable<WindowEntry>;
    const made = this.#table<WindowEntry>(program);
    for (const state of this.#takeSaved(program.id)?.windows ?? []) made.add(WindowEntry.restore(state, program));
    return made;
  }

  #sequences(program: SequenceProgram): KeyTable<SequenceEntry> {
    const known = this.#tables.get(program.id);
    if (known) return known as KeyTable<SequenceEntry>;
    const made = this.#table<SequenceEntry>(program);
    for (const state of this.#takeSaved(program.id)?.sequences ?? []) made.add(SequenceEntry.restore(state));
    return made;
  }

  #table<E extends Kept>(program: Program): KeyTable<E> {
    const made = new KeyTable<E>(this.#limits, () => this.#onEvicted(program.rule.name));
    this.#tables.set(program.id, made as unknown as Table);
    return made;
  }

  #takeSaved(id: string): NodeMemoryState['rules'][number] | undefined {
    const saved = this.#saved.get(id);
    this.#saved.delete(id);
    return saved;
  }

  /** Keys that are kept, by the id of the program. */
  *sizes(): Generator<readonly [program: string, keys: number]> {
    for (const [id, table] of this.#tables) yield [id, table.size];
    for (const [id, { windows, sequences }] of this.#saved) yield [id, windows.length + sequences.length];
  }

  save(): NodeMemoryState {
    const rules = [...this.#tables].map(([id, table]) => {
      const windows: WindowState[] = [];
      const sequences: SequenceState[] = [];
      for (const entry of table.values())
        if (entry instanceof WindowEntry) windows.push(entry.save());
        else sequences.push(entry.save());
      return { id, windows, sequences };
    });
    return { boot: this.#boot, order: this.#order, rules: [...rules, ...this.#saved.values()], waiting: this.#waiting };
  }

  restore({ boot, order, rules, waiting }: NodeMemoryState): void {
    this.#tables.clear();
    this.#saved.clear();
    for (const rule of rules) this.#saved.set(rule.id, rule);
    this.#waiting = [...waiting];
    this.#boot = boot;
    this.#order = order;
  }
}

/** What the events take that hits wait with; hits of one event stand side by side and share it. */
function bytesOf(waiting: readonly Hit[]): number {
  let bytes = 0;
  let last: Happening | undefined;
  for (const { happening } of waiting) {
    if (happening !== last) bytes += happening.record.length;
    last = happening;
  }
  return bytes;
}
