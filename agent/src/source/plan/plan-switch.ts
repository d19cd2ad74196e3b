import type { BpfMap } from '@picket/native';
import type { ProbePlan } from '@picket/sdk';
import type { ProbeLoader, WantedProbes } from '../probe-loader.ts';
import { kernelHz } from './kernel-hz.ts';
import { pathTables } from './path-rules.ts';
import { peerTable } from './peer-rules.ts';
import { settingsBytes, wantedKinds } from './settings.ts';
import { bitsTable, syncMap } from './sync-map.ts';

const FIRST = new Uint8Array(4);

/** Brings the kernel to a plan, step by step so that what both the old and the new one want never stops. */
export class PlanSwitch {
  readonly #loader: ProbeLoader;
  readonly #traceHost: boolean;
  readonly #jiffiesPerSecond = kernelHz();
  #current: ProbePlan;
  #bigramTable = 0;
  #handled: ReadonlySet<number> = new Set();

  constructor(loader: ProbeLoader, traceHost: boolean, plan: ProbePlan) {
    this.#loader = loader;
    this.#traceHost = traceHost;
    this.#current = plan;
  }

  get current(): ProbePlan {
    return this.#current;
  }

  /**
   * While the tables of paths and peers are neither those of the old plan nor of the new one, they are not looked at:
   * everything that handlers see is told, for some milliseconds. When the kernel refuses an entry it stays so.
   */
  apply(plan: ProbePlan): void {
    const loader = this.#loader;
    const wanted = wantedProbes(plan);
    const paths = pathTables(plan.paths);
    this.#handled = loader.attach(wanted);
    this.#current = betweenPlans(this.#current, plan);
    this.#writeSettings();
    this.#sync('path_rules', bitsTable(paths.prefixes));
    this.#sync('name_rules', bitsTable(paths.names));
    this.#sync('ignored_peers', peerTable(plan.ignoredPeers));
    this.#current = plan;
    this.#handled = loader.handledBy(wanted);
    this.#writeSettings();
    loader.detach(wanted);
  }

  /** Makes the kernel fill the other table of pairs; returns the number of the one that it filled until now. */
  nextBigramTable(): number {
    const filled = this.#bigramTable;
    this.#bigramTable = 1 - filled;
    this.#writeSettings();
    return filled;
  }

  #writeSettings(): void {
    const context = {
      traceHost: this.#traceHost,
      handled: this.#handled,
      bigramTable: this.#bigramTable,
      jiffiesPerSecond: this.#jiffiesPerSecond,
    };
    this.#loader.map('settings').update(FIRST, settingsBytes(this.#current, context));
  }

  /** A probe that the kernel refused has no tables to fill. */
  #sync(name: string, table: ReadonlyMap<string, string>): void {
    const map: BpfMap | undefined = this.#loader.findMap(name);
    if (map) syncMap(map, table);
  }
}

/** Wants what either plan wants, and holds nothing back. Has the name of the old one: the new one is not in force yet. */
function betweenPlans(old: ProbePlan, plan: ProbePlan): ProbePlan {
  return {
    revision: old.revision,
    kinds: [...new Set([...old.kinds, ...plan.kinds])],
    calls: null,
    histogram: old.histogram || plan.histogram,
    bigrams: old.bigrams && plan.bigrams,
    opens: { read: 'all', write: 'all', failed: 'all' },
    paths: [],
    ignoredPeers: [],
    mustSee: [],
    budgets: {},
    suppressMs: 0,
  };
}

function wantedProbes(plan: ProbePlan): WantedProbes {
  return {
    kinds: wantedKinds(plan),
    calls: plan.calls === null ? undefined : new Set(plan.calls),
    counting: plan.histogram || plan.bigrams,
  };
}
