import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { distilFile, evaluateFile } from '../test/workloads/capture.ts';
import { recordShop } from '../test/workloads/record-shop.ts';
import { noiseReport } from '../test/workloads/report.ts';
import type { BenchOptions, BenchReport, Table } from './report.ts';

const FOLDER = fileURLToPath(new URL('../build/workloads', import.meta.url));
const CAPTURE = `${FOLDER}/ordinary.pkcap`;

/**
 * Six ordinary workloads side by side in real containers, recorded with every event and run through the shipped rules:
 * half an hour, or half a minute when it has to be quick. The capture stays below build/workloads.
 */
export async function run({ quick }: BenchOptions): Promise<BenchReport> {
  mkdirSync(FOLDER, { recursive: true });
  const raw = `${CAPTURE}.raw`;
  const { deeds, losses } = await recordShop({
    file: raw,
    seconds: quick ? 30 : 1800,
    pace: { projects: quick ? ['tiny'] : ['tiny', 'libiberty'], views: 15, transactions: 8 },
    snapshotSeconds: 60,
    note: (line) => console.error(line),
  });
  await distilFile(raw, CAPTURE);
  rmSync(raw);
  const { tables, result } = noiseReport(await evaluateFile(CAPTURE));
  const told = (counts: ReadonlyMap<string, number>): Table => [['', 'times'], ...counts];
  return {
    tables: [...tables, told(deeds.counts), told(deeds.failures)],
    result: { ...result, losses, deeds: Object.fromEntries(deeds.counts), failed: Object.fromEntries(deeds.failures) },
  };
}
