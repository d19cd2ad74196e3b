import { Kind } from '@picket/sdk';

/** Rare by nature: that no budget holds them back costs little, and a flood of them is itself worth seeing. */
export const RARE_KINDS: ReadonlySet<string> = new Set(['syscall.notable', 'net.unix', 'net.socket', 'net.listen']);

/** Equal ones within a moment are told once, when the plan allows it. */
export const MERGED_KINDS: readonly number[] = [Kind.FileOpen, Kind.NetConnect, Kind.NetAccept];
