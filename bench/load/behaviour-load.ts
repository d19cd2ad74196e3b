import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { unpackBatch } from '../../control-plane/src/bus/unpack.ts';
import { BehaviourEngine } from '../../control-plane/src/detection/anomaly/engine/behaviour-engine.ts';
import type {
  BehaviourProgram,
  LiveWorkload,
} from '../../control-plane/src/detection/anomaly/engine/behaviour-program.ts';
import { Material } from '../../control-plane/src/detection/anomaly/learning/material.ts';
import { trainModel } from '../../control-plane/src/detection/anomaly/learning/train.ts';
import type { RuleEngine } from '../../control-plane/src/detection/rules/rule-engine.ts';
import { Partition } from '../../control-plane/src/partition.ts';
import type { Batch } from '../../control-plane/src/types.ts';
import { readCapture } from '../../sdk/cli/src/capture/capture-file.ts';

const pathOf = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const FLEET = 'build/behaviour/fleet';
const HALF_HOUR = 'build/workloads/ordinary.pkcap';

/**
 * A capture of ordinary containers that was made on this machine.
 * @throws Error that says which command makes one
 */
export function ordinaryCapture(): string {
  const pieces = existsSync(pathOf(FLEET)) ? readdirSync(pathOf(FLEET)).filter((name) => name.endsWith('.pkcap')) : [];
  // the newest piece may still be growing
  const [piece] = pieces.sort().slice(0, -1);
  if (piece !== undefined) return `${FLEET}/${piece}`;
  if (existsSync(pathOf(HALF_HOUR))) return HALF_HOUR;
  throw new Error(
    'there is no capture of ordinary containers: record one with npm run bench -- workloads (or behaviour-record)',
  );
}

/** The batches of the first so many seconds of a capture. */
export async function batchesOf(file: string, seconds: number): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const { batch, subject } of readCapture(pathOf(file))) {
    const unpacked = unpackBatch(batch, subject, batches.length + 1);
    const first = batches[0]?.header.watermark ?? unpacked.header.watermark;
    if (unpacked.header.watermark - first > BigInt(seconds) * 1_000_000_000n) break;
    batches.push(unpacked);
  }
  return batches;
}

/** Learned behaviour with these models. */
export const programOf = (workloads: readonly LiveWorkload[]): BehaviourProgram => ({
  revision: workloads.length,
  workloads,
  settings: { isOn: true, alarmsPerDay: 1, learningMinutes: 60, review: 'auto', trainSeconds: 600 },
});

/** One model of each workload, trained on what a partition learned. Workloads with too few windows have none. */
export function trainAll(engine: BehaviourEngine): {
  workloads: LiveWorkload[];
  trainMs: number[];
  materialBytes: number[];
} {
  const [workloads, trainMs, materialBytes]: [LiveWorkload[], number[], number[]] = [[], [], []];
  for (const { key, digest, image, bytes } of engine.materials()) {
    const material = Material.load(bytes);
    if (material.stats().windows < 12) continue;
    const began = performance.now();
    const { model, profile, report } = trainModel(material, { seed: 1, alarmsPerDay: 1 });
    trainMs.push(performance.now() - began);
    materialBytes.push(bytes.length);
    const version = { versionId: String(workloads.length).padStart(64, '0'), stage: 'monitor' as const };
    workloads.push({ key, digest, image, model, profile, threshold: report.threshold, ...version });
  }
  return { workloads, trainMs, materialBytes };
}

export interface Pass {
  /** CPU time of all of it, ms. */
  readonly cpuMs: number;
  readonly engine: BehaviourEngine | undefined;
  readonly alerts: number;
  /** Windows that were over. */
  readonly windows: number;
}

/**
 * Takes batches through a partition, as if so many nodes had sent each of them.
 * @param before batches that make the containers known; they are not measured
 */
export function pass(
  before: readonly Batch[],
  batches: readonly Batch[],
  copies: number,
  rules: RuleEngine,
  program: BehaviourProgram | undefined,
): Pass {
  const engine = program && new BehaviourEngine(() => program);
  const partition = new Partition(() => rules, { behaviour: engine });
  const names = Array.from({ length: copies }, (_, i) => `node-${i}`);
  let alerts = 0;
  const take = (all: readonly Batch[]) => {
    for (const batch of all)
      for (const node of names) alerts += partition.handle({ ...batch, header: { ...batch.header, node } }).length;
  };
  take(before);
  // as it is done every minute
  engine?.materials();
  const windows = countOf(engine);
  const began = process.cpuUsage();
  take(batches);
  const { user, system } = process.cpuUsage(began);
  return { cpuMs: (user + system) / 1000, engine, alerts, windows: countOf(engine) - windows };
}

const countOf = (engine: BehaviourEngine | undefined): number =>
  [...(engine?.stats.windows.values() ?? [])].reduce((sum, count) => sum + count, 0);
