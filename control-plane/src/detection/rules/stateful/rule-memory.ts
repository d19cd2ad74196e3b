import type { Batch } from '../../../types.ts';
import { DEFAULT_LIMITS, type KeyLimits } from './key-table.ts';
import { decodeMemory, encodeMemory } from './memory-state.ts';
import { NodeMemory } from './node-memory.ts';
import type { Programs } from './program.ts';

/** How one rule over several events fares. */
export interface RuleMemoryCounts {
  /** Values of its `by` that are kept now. */
  readonly keys: number;
  /** Those that had to make room since the state began. */
  readonly evicted: number;
}

/**
 * What the rules over several events remember of all nodes of a partition. It depends on the events alone, and belongs to
 * versions of rules: when rules change, what belongs to those that did not stays.
 */
export class RuleMemory {
  readonly #limits: KeyLimits;
  readonly #nodes = new Map<string, NodeMemory>();
  readonly #evicted = new Map<string, number>();
  #programs: Programs | undefined;

  constructor(limits: KeyLimits = DEFAULT_LIMITS) {
    this.#limits = limits;
  }

  /** Before the events of a batch: the memory of its node. */
  begin({ header }: Pick<Batch, 'header'>, programs: Programs): NodeMemory {
    if (this.#programs !== programs) for (const memory of this.#nodes.values()) memory.keepOnly(programs);
    this.#programs = programs;
    const memory = this.#nodes.get(header.node) ?? this.#add(header.node);
    memory.begin(header);
    return memory;
  }

  /** Counts by the name of the rule. */
  counts(): Map<string, RuleMemoryCounts> {
    const out = new Map<string, RuleMemoryCounts>();
    for (const program of this.#programs?.all() ?? []) out.set(program.rule.name, { keys: 0, evicted: 0 });
    for (const [rule, evicted] of this.#evicted) out.set(rule, { keys: 0, evicted });
    for (const memory of this.#nodes.values())
      for (const [id, keys] of memory.sizes()) {
        const rule = this.#programs?.get(id)?.rule.name;
        const known = rule === undefined ? undefined : out.get(rule);
        if (rule !== undefined && known) out.set(rule, { ...known, keys: known.keys + keys });
      }
    return out;
  }

  snapshot(): Uint8Array {
    const nodes = [...this.#nodes].map(([node, memory]) => ({ node, memory: memory.save() }));
    return encodeMemory({ nodes, evicted: [...this.#evicted] });
  }

  /**
   * Takes over what `snapshot` gave, in place of what is remembered.
   * @throws ControlPlaneError CHECKPOINT_CORRUPT when it can not be read; the memory is then as it was
   */
  restore(bytes: Uint8Array): void {
    const { nodes, evicted } = decodeMemory(bytes);
    this.#nodes.clear();
    this.#evicted.clear();
    this.#programs = undefined;
    for (const { node, memory } of nodes) this.#add(node).restore(memory);
    for (const [rule, count] of evicted) this.#evicted.set(rule, count);
  }

  /** Nodes are authenticated and a partition has few of them, so this map needs no bound of its own. */
  #add(node: string): NodeMemory {
    const made = new NodeMemory(this.#limits, (rule) => {
      this.#evicted.set(rule, (this.#evicted.get(rule) ?? 0) + 1);
    });
    this.#nodes.set(node, made);
    return made;
  }
}
