import type { Alert } from '@picket/sdk';
import { systemAlert } from '../alerts/system-alert.ts';
import type { DetectorQuarantine } from '../detection/detectors/runtime-contract.ts';

/** Characters of the fault that are told: its sentence may hold words of the detector. */
const MOST_TEXT = 500;

/**
 * Tells that a detector does not run for a while. An owner who may not see everything finds it by the first of the
 * namespaces that the detector sees; when it sees others too, its own words are left out: they may tell of those.
 * @param replica where it happened
 */
export function quarantineAlert({ detector, ...facts }: DetectorQuarantine, replica: string): Alert {
  const { name, version, versionId, owner, scope, stage } = detector;
  const until = new Date(facts.until).toISOString();
  const seesMore = scope !== null && scope.length > 1;
  const message = seesMore ? 'see its statistics' : facts.message.toWellFormed().slice(0, MOST_TEXT);
  return systemAlert({
    id: 'detector-quarantined',
    rule: 'Detector quarantined',
    priority: 'Error',
    output:
      `Detector ${name} ${version} (${stage}) of ${owner} had ${facts.faults} faults within a minute and does not run ` +
      `until ${until}: what it would have found meanwhile is not found. The last was ${facts.fault}: ${message}`,
    fields: {
      'detector.name': name,
      'detector.version': version,
      'detector.version_id': versionId,
      'detector.owner': owner,
      'detector.stage': stage,
      'detector.fault': facts.fault,
      'detector.message': message,
      'detector.faults': facts.faults,
      'detector.until': until,
      'detector.partition': facts.partition,
    },
    identity: `${versionId}/${facts.partition}`,
    time: BigInt(Math.round(facts.since)) * 1_000_000n,
    hostname: replica,
    about: { kind: 'Detector', name, namespace: scope?.[0] ?? null },
  });
}
