import { type EventCursor, FileFlag, Header, ProcessExec, ProcessExit } from '@picket/sdk';
import type { NodeView, Process } from '../../../../types.ts';
import { capabilityNames } from '../../../rules/names/capabilities.ts';
import { Scalar } from '../scalars.ts';
import { execTokens } from '../tokens/exec-tokens.ts';
import type { ContainerTrack } from './container-track.ts';
import type { WindowSum } from './window-sum.ts';

const NOT_OF_IMAGE = FileFlag.upperLayer | FileFlag.memfd | FileFlag.deleted;

export function countExec(cursor: EventCursor, view: NodeView, track: ContainerTrack, sum: WindowSum): void {
  const process = view.processOf(cursor);
  const entry = process && view.entryOf(process, track.container);
  sum.add(Scalar.execs, 1);
  if (entry === 'exec') sum.add(Scalar.execs_entered, 1);
  if ((cursor.u32(ProcessExec.exeFlags) & NOT_OF_IMAGE) !== 0) sum.add(Scalar.execs_changed, 1);
  sum.raise(Scalar.argument_bytes, cursor.stringLength(ProcessExec.args));
  const own = cursor.u32(Header.uid);
  const effective = cursor.u32(ProcessExec.euid);
  sum.token(own === effective ? `U:${own}` : `U:${own} as ${effective}`, 1);
  for (const token of execTokens(cursor, parentOf(process, entry))) sum.token(token, 1);
  countCapabilities(cursor, sum);
}

/** What ran it: a program, or who brought the first process of its line into the container; empty when that was not seen. */
function parentOf(process: Process | undefined, entry: string | undefined): string {
  if (!process) return '';
  if (process.entryPid === process.pid && process.entryStart === process.start)
    return entry === 'unknown' ? '' : (entry ?? '');
  return process.parent?.exepath ?? '';
}

/** Tokens by set of capabilities, of which there are few; when there are more, all are forgotten. */
const MOST_SETS = 512;
const capabilityTokens = new Map<bigint, readonly string[]>();

/** What the program may do, whatever its user is. */
function countCapabilities(cursor: EventCursor, sum: WindowSum): void {
  const set = cursor.big(ProcessExec.capEffective);
  if (set === 0n) return;
  let tokens = capabilityTokens.get(set);
  if (!tokens) {
    if (capabilityTokens.size >= MOST_SETS) capabilityTokens.clear();
    tokens = capabilityNames(set).map((name) => `e:${name}`);
    capabilityTokens.set(set, tokens);
  }
  for (const token of tokens) sum.token(token, 1);
}

export function countExit(cursor: EventCursor, sum: WindowSum): void {
  sum.add(Scalar.exits, 1);
  if (cursor.u32(ProcessExit.signal) !== 0) sum.add(Scalar.exits_killed, 1);
  else if (cursor.u32(ProcessExit.code) !== 0) sum.add(Scalar.exits_failed, 1);
}
