import type { Capability } from '../detection/host/guard/detector-world.ts';

/** What the administrator of the server says about detectors. */
export interface DetectorPolicy {
  /** Granted to every detector that no operator has decided about. */
  readonly grants: readonly Capability[];
  /** `refuse` takes no detector that asks for more; `trap` takes it, and a call of what is not granted ends the instance. */
  readonly ungranted: 'refuse' | 'trap';
  /** Folder of public keys in PEM; when given, every upload must be signed by one of them. */
  readonly keysFolder: string | undefined;
  /** `backtest` asks for a backtest without faults before a version may alert. */
  readonly promotion: 'free' | 'backtest';
}

export const DEFAULT_DETECTOR_POLICY: DetectorPolicy = {
  grants: ['observe', 'state'],
  ungranted: 'refuse',
  keysFolder: undefined,
  promotion: 'free',
};

/** How much one owner may keep, and all together. */
export const DETECTOR_QUOTA = {
  detectorsPerOwner: 50,
  versionsPerDetector: 50,
  /** Uploads and modules of one owner. */
  bytesPerOwner: 256 * 1024 * 1024,
  detectors: 1000,
} as const;
