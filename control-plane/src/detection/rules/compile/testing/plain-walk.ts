import { EventCursor, HeaderFlag, type KindInfo, kindInfo } from '@picket/sdk';
import type { Batch } from '../../../../types.ts';
import { NodeState } from '../../../state/node-state.ts';
import { EventContext } from '../../fields/event-context.ts';
import type { Checked } from '../../load/checked-condition.ts';
import type { LoadResult } from '../../load/rule.ts';
import { RuleEngine, type RuleEngineOptions } from '../../rule-engine.ts';
import { RuleMemory } from '../../stateful/rule-memory.ts';
import { compileTest } from '../comparison.ts';

const RESTORE_EVERY = 7;

/** As the condition reads, test by test, from left to right. */
function isMet(checked: Checked, kind: KindInfo, c: EventContext): boolean {
  switch (checked.type) {
    case 'and':
      return checked.operands.every((operand) => isMet(operand, kind, c));
    case 'or':
      return checked.operands.some((operand) => isMet(operand, kind, c));
    case 'not':
      return !isMet(checked.operand, kind, c);
    default: {
      const test = compileTest(checked, kind);
      return typeof test === 'boolean' ? test : test.test(c);
    }
  }
}

function batchOf(records: readonly Uint8Array[]): Batch {
  const bytes = new Uint8Array(Buffer.concat(records));
  const sizes = { codec: 0 as const, count: records.length, rawLength: bytes.length, firstSequence: 1n };
  return {
    header: {
      ...{ ...sizes, agentEpoch: 1n, wallOffset: 0n, watermark: 0n },
      ...{ bootId: new Uint8Array(16), node: 'node', losses: [] },
    },
    records: bytes,
    partition: 0,
    token: 'token',
    streamSequence: 1,
  };
}

/** What the engine finds and what it should, as number of the event and rule; and how many conditions were walked. */
export interface Compared {
  readonly found: readonly string[];
  readonly wanted: readonly string[];
  readonly cases: number;
  readonly failures: number;
}

/** Lets the engine and a plain walk over every condition look at the same records, with one state, in some batches; the state is written down and read again between some. */
export function compareWithWalk(
  load: LoadResult,
  batches: readonly (readonly Uint8Array[])[],
  options: RuleEngineOptions & { readonly state?: NodeState } = {},
): Compared {
  const engine = new RuleEngine(load, options);
  const state = options.state ?? new NodeState('node');
  const [memories, cursor, context] = [new RuleMemory(), new EventCursor(), new EventContext()];
  const [found, wanted]: [string[], string[]] = [[], []];
  let [cases, number, batchNumber] = [0, 0, 0];
  for (const records of batches) {
    const batch = batchOf(records);
    state.begin(batch.header);
    // as after a crash, now and then
    if (++batchNumber % RESTORE_EVERY === 0) state.restore(state.snapshot());
    const memory = memories.begin(batch, engine.programs);
    cursor.open(batch.records);
    while (cursor.next()) {
      number++;
      state.apply(cursor);
      engine.evaluate(cursor, state, batch, ({ rule }) => found.push(`${number} ${rule}`), memory);
      const kind = kindInfo(cursor.kind);
      if (!kind || kind.types.length === 0 || (cursor.flags & HeaderFlag.snapshot) !== 0) continue;
      for (const rule of load.rules) {
        context.begin(cursor, state, batch);
        cases++;
        if (isMet(rule.condition, kind, context)) wanted.push(`${number} ${rule.name}: ${rule.conditionText}`);
      }
    }
  }
  return { found, wanted, cases, failures: engine.failures.size };
}

/** Findings that only one of them has. */
export function differences({ found, wanted }: Compared): string[] {
  const ruleOf = (line: string) => line.slice(0, line.indexOf(':'));
  const [has, should] = [new Set(found), new Set(wanted.map(ruleOf))];
  const missed = wanted.filter((line) => !has.has(ruleOf(line)));
  return [...missed, ...found.filter((line) => !should.has(line)).map((line) => `too many: ${line}`)];
}
