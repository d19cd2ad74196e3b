import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildDetector, DetectorInstance, guestBatch, resolveConfig } from '@picket/control-plane/detectors';
import { type BatchHeader, CaptureDecoder, EventCursor, HeaderFlag, KINDS } from '@picket/sdk';
import { unpackBatch } from '../../control-plane/src/bus/unpack.ts';
import { median, round } from '../statistics.ts';

const FOLDER = fileURLToPath(new URL('../../detectors', import.meta.url));
const CAPTURE = new URL('../../test/fixtures/ordinary.pkcap', import.meta.url);
const MINUTE = 60_000_000_000n;

/** What a shipped detector costs on half a minute of six ordinary workloads. */
export interface ShippedCost {
  readonly id: string;
  /** Records of its kinds in the capture. */
  readonly events: number;
  readonly nsPerEvent: number;
  readonly fuelPerEvent: number;
  readonly memoryKib: number;
  readonly findings: number;
}

/** Runs every shipped detector in its sandbox, with its default settings, over the records of its kinds, again and again. */
export async function shippedCosts(rounds: number): Promise<ShippedCost[]> {
  const capture = readCapture();
  const ids = readdirSync(FOLDER).filter((id) => existsSync(`${FOLDER}/${id}/manifest.yaml`));
  const costs: ShippedCost[] = [];
  for (const id of ids) costs.push(await costOf(id, capture, rounds));
  return costs;
}

async function costOf(id: string, capture: readonly Part[], rounds: number): Promise<ShippedCost> {
  const { manifest, module, artifact } = await buildDetector(`${FOLDER}/${id}`);
  let findings = 0;
  const host = { emit: () => void findings++, log: () => {}, now: () => 0n };
  const instance = new DetectorInstance(module, { encoding: artifact.encoding, host });
  instance.init(resolveConfig(manifest, {}));
  const kinds = new Set(KINDS.filter(({ name }) => manifest.kinds.includes(name)).map(({ id: kind }) => kind));
  const parts = capture.map((part) => selected(part, kinds)).filter(({ header }) => header.count > 0);
  const events = parts.reduce((sum, { header }) => sum + header.count, 0);
  let fuel = 0n;
  const run = (round: number) => {
    const from = performance.now();
    for (const { header, records } of parts) {
      // Each round is a minute later, as if the workloads went on.
      const later = { ...header, wallOffset: header.wallOffset + BigInt(round) * MINUTE };
      const outcome = instance.onbatch(guestBatch(later, records, header.count));
      if (outcome.error !== undefined) throw new Error(`${id}: ${outcome.error}`);
      fuel = round === 0 ? fuel + outcome.fuel : fuel;
    }
    return ((performance.now() - from) * 1e6) / events;
  };
  const first = run(0);
  const foundOnce = findings;
  const times = Array.from({ length: rounds }, (_, i) => run(i + 1));
  return {
    id,
    events,
    nsPerEvent: round(median(times.length > 0 ? times : [first])),
    fuelPerEvent: round(Number(fuel) / events),
    memoryKib: instance.memoryBytes / 1024,
    findings: foundOnce,
  };
}

interface Part {
  readonly header: BatchHeader;
  readonly records: Uint8Array;
}

function readCapture(): Part[] {
  const decoder = new CaptureDecoder();
  const messages = [...decoder.push(readFileSync(CAPTURE))];
  decoder.finish();
  return messages.map(({ batch, subject }, i) => unpackBatch(batch, subject, i + 1));
}

/** The records of some kinds, as a detector that asked for them gets them. */
function selected({ header, records }: Part, kinds: ReadonlySet<number>): Part {
  const cursor = new EventCursor().open(records);
  const parts: Uint8Array[] = [];
  while (cursor.next())
    if (kinds.has(cursor.kind) && (cursor.flags & HeaderFlag.snapshot) === 0)
      parts.push(cursor.bytes.subarray(cursor.at, cursor.at + cursor.length));
  return { header: { ...header, count: parts.length }, records: new Uint8Array(Buffer.concat(parts)) };
}
