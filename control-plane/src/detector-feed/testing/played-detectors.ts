import { EventCursor as Cursor, type EventCursor, Header } from '@picket/sdk';
import type { DetectorFinding, DetectorProposal } from '../../detection/detectors/detector-finding.ts';
import type { LiveDetector } from '../../detection/detectors/live-detector.ts';
import type { PartitionDetectorsContract } from '../../detection/detectors/runtime-contract.ts';
import type { GuestFinding } from '../../detection/host/instance/host-functions.ts';
import type { Batch } from '../../types.ts';

export const liveDetector = (more: Partial<LiveDetector> = {}): LiveDetector => ({
  versionId: 'ab'.repeat(32),
  name: 'opens',
  version: '1.2.3',
  owner: 'token-1',
  scope: null,
  stage: 'active',
  paused: false,
  kinds: [3],
  tickSeconds: 0,
  severity: 'Warning',
  tags: ['mine'],
  mitre: ['T1046'],
  module: new Uint8Array(0),
  hash: '',
  encoding: 'utf8',
  config: '{}',
  capabilities: ['observe'],
  limits: { memoryPages: 16, fuel: 1n, deadlineMs: 1, stateBytes: 0, findingsPerMinute: 1000 },
  migrate: 'keep',
  ...more,
});

export const guestFinding = (more: Partial<GuestFinding> = {}): GuestFinding => ({
  title: 'A title',
  severity: 4,
  message: 'a message',
  event: 0,
  slot: 0,
  groupKey: 'group',
  fields: [],
  ...more,
});

/** What a detector written in TypeScript says to a record. */
export type Says = (cursor: EventCursor) => readonly GuestFinding[];

/** Detectors of a partition that are played in this process; when they answer is up to the test. */
export class PlayedDetectors implements PartitionDetectorsContract {
  readonly #plays: readonly { readonly live: LiveDetector; readonly says: Says }[];
  readonly #arrive: (findings: DetectorFinding[], now: number) => DetectorFinding[];
  #waiting: DetectorFinding[] = [];
  #batches = 0;
  proposals: DetectorProposal[] = [];
  settled = 0;
  released = 0;
  saved = new Uint8Array([1, 2, 3]);
  restored: Uint8Array | undefined;
  told: 'alert' | 'recorded' = 'alert';

  /**
   * @param arrive takes what it hands over out of the list
   */
  constructor(
    plays: readonly { readonly live: LiveDetector; readonly says: Says }[],
    arrive: (findings: DetectorFinding[], now: number) => DetectorFinding[] = (waiting) => waiting.splice(0),
  ) {
    this.#plays = plays;
    this.#arrive = arrive;
  }

  feed({ header, records, partition, token, streamSequence }: Batch): void {
    this.#batches++;
    const cursor = new Cursor().open(records.slice());
    const batch = { header, partition, token, streamSequence };
    while (cursor.next())
      for (const { live, says } of this.#plays)
        for (const finding of says(cursor)) {
          const hasCause = finding.event !== undefined;
          const record = cursor.bytes.slice(cursor.at, cursor.at + cursor.u16(Header.length));
          this.#waiting.push({
            detector: live,
            finding,
            priority: live.severity,
            batch,
            record: hasCause ? record : undefined,
            index: hasCause ? cursor.index : undefined,
            slot: hasCause ? cursor.slot : finding.slot,
            generation: hasCause ? cursor.generation : 1,
            told: this.told,
          });
        }
  }

  take(): DetectorFinding[] {
    return this.#arrive(this.#waiting, this.#batches);
  }

  takeProposals(): DetectorProposal[] {
    return this.proposals.splice(0);
  }

  async room(_ms: number): Promise<void> {
    return undefined;
  }

  async settle(): Promise<void> {
    this.settled++;
    this.#batches = Number.POSITIVE_INFINITY;
  }

  snapshot(): Uint8Array {
    return this.saved;
  }

  restore(bytes: Uint8Array): void {
    this.restored = bytes.slice();
  }

  release(): void {
    this.released++;
  }
}
