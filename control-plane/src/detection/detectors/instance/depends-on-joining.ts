import type { HostReply } from '../../host/pool/host-contract.ts';
import type { Call } from '../queue/kept-calls.ts';

/**
 * Whether an answer would be another one had the parts of its call not been joined, which depends on how busy the machine was: a finding
 * without an event is told of the last of them, what a call may say at most is said for all of them, and an error ends them all.
 */
export const dependsOnJoining = ({ parts }: Call, reply: HostReply): boolean =>
  parts.length > 1 &&
  (reply.error !== undefined ||
    reply.droppedFindings + reply.droppedLogs + reply.droppedProposals > 0 ||
    reply.findings.some(({ event }) => event === undefined));
