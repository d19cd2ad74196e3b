import { Header, PRIORITIES } from '@picket/sdk';
import type { DetectorFinding } from '../../detection/detectors/detector-finding.ts';
import { FindingRate } from '../../detection/detectors/instance/finding-rate.ts';
import {
  type FindingPlace,
  type KnownContainer,
  placeFinding,
} from '../../detection/detectors/instance/place-finding.ts';
import type { LiveDetector } from '../../detection/detectors/live-detector.ts';
import type { WaitingPart } from '../../detection/detectors/queue/waiting-parts.ts';
import type { GuestFinding } from '../../detection/host/instance/host-functions.ts';
import type { HostReply } from '../../detection/host/pool/host-contract.ts';
import type { GuestCosts } from '../run/outcome.ts';

/** Findings that are kept until alerts are made of them. */
const MOST_FINDINGS = 100_000;
/** Faults of all instances, after which it makes no sense to go on. */
const MOST_FAULTS = 10;

/** What the instances of one detector have found and cost. */
export class TriedFindings {
  readonly faults = new Map<string, { count: number; message: string }>();
  /** By number of the batch in its source, in the order of the answers. */
  readonly byBatch = new Map<number, DetectorFinding[]>();
  /** Records that it should have seen and did not. */
  skipped = 0;
  readonly #rates = new Map<number, FindingRate>();
  #findings = 0;
  #dropped = 0;
  #handed = 0;
  #lost = 0;
  #ns = 0;
  #fuel = 0n;
  #memory = 0;

  /** Whether there were too many faults to go on. */
  get gaveUp(): boolean {
    return this.#lost >= MOST_FAULTS;
  }

  /** The last batch in which something was found; -1 for none. */
  get lastBatch(): number {
    return Math.max(-1, ...this.byBatch.keys());
  }

  costs(): GuestCosts {
    return {
      ns: this.#ns,
      fuel: this.#fuel,
      memoryBytes: this.#memory,
      handed: this.#handed,
      dropped: this.#dropped,
    };
  }

  /** What every answer costs. */
  count({ ns, fuel, memoryBytes, droppedFindings, droppedLogs, droppedProposals }: HostReply): void {
    this.#ns += ns;
    this.#fuel += fuel;
    this.#memory = Math.max(this.#memory, memoryBytes);
    this.#dropped += droppedFindings + droppedLogs + droppedProposals;
  }

  /** An instance that was lost. @param records that nobody will be given again */
  fault(code: string, message: string, records: number): void {
    this.#note(code, message);
    this.#lost++;
    this.skipped += records;
  }

  /** An answer to a call. @param told the containers that the instance knew then */
  take(parts: readonly WaitingPart[], detector: LiveDetector, reply: HostReply, told: KnownContainer): void {
    this.count(reply);
    this.#handed += parts.reduce((sum, { part }) => sum + part.count, 0);
    if (reply.error !== undefined) this.#note('DETECTOR_ERROR', reply.error);
    for (const finding of reply.findings) {
      const place = placeFinding(finding, parts, told);
      if (place) this.#add(finding, place, detector);
    }
  }

  #add(finding: GuestFinding, place: FindingPlace, detector: LiveDetector): void {
    if (this.#findings >= MOST_FINDINGS || !this.#rateOf(place, detector).take(timeOf(place))) {
      this.#dropped++;
      return;
    }
    this.#findings++;
    const { batch, record, index, slot, generation } = place;
    const number = batch.streamSequence;
    const found: DetectorFinding = {
      ...{ detector, finding, batch, record, index, slot, generation },
      priority: PRIORITIES[Math.max(finding.severity, PRIORITIES.indexOf(detector.severity))] ?? detector.severity,
      told: 'alert',
    };
    const known = this.byBatch.get(number);
    if (known) known.push(found);
    else this.byBatch.set(number, [found]);
  }

  /** Each partition has an instance of its own. */
  #rateOf({ batch: { partition } }: FindingPlace, { limits }: LiveDetector): FindingRate {
    const known = this.#rates.get(partition);
    if (known) return known;
    const fresh = new FindingRate(limits.findingsPerMinute);
    this.#rates.set(partition, fresh);
    return fresh;
  }

  #note(code: string, message: string): void {
    const known = this.faults.get(code);
    this.faults.set(code, { count: (known?.count ?? 0) + 1, message: known?.message ?? message });
  }
}

/** Of the event, or else the watermark of its batch; ns since 1970. */
function timeOf({ record, batch: { header } }: FindingPlace): bigint {
  const time = record
    ? new DataView(record.buffer, record.byteOffset).getBigUint64(Header.time, true)
    : header.watermark;
  return time + header.wallOffset;
}
