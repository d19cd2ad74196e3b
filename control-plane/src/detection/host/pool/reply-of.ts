import { FrameError } from '../process/frame.ts';
import type { HostReply } from './host-contract.ts';
import { Reply } from './reply-schema.ts';

/**
 * The reply to a call, checked.
 * @param records of the batch
 * @throws FrameError
 */
export function replyOf(json: unknown, records: number): HostReply {
  const read = Reply.safeParse(json);
  if (!read.success)
    throw new FrameError(`a reply of a form that there is not: ${read.error.issues[0]?.path.join('.')}`);
  const { findings, error, fuel, ...rest } = read.data;
  return {
    ...rest,
    error,
    fuel: BigInt(fuel),
    findings: findings.map(({ event, ...finding }) => {
      if (event !== undefined && event >= records) throw new FrameError('a finding names a record that was not sent');
      return { ...finding, event };
    }),
  };
}
