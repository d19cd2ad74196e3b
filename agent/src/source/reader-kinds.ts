import type { MarkedKind, PathKind } from '@picket/native';
import { FileModify, FileOpen, Kind } from '@picket/sdk';

/**
 * Kinds that are finished on the node, record by record. An exec gets room, because what stands for a secret may be
 * longer than the secret; the probe of net.dns leaves its own.
 */
export const MARKED_KINDS: readonly MarkedKind[] = [
  { kind: Kind.ProcessExec, room: 64 },
  { kind: Kind.NetDns, room: 0 },
];

/** Kinds whose paths may be as the caller wrote them. */
export const PATH_KINDS: readonly PathKind[] = [
  { kind: Kind.FileOpen, fixed: FileOpen.size, references: [FileOpen.path] },
  { kind: Kind.FileModify, fixed: FileModify.size, references: [FileModify.path, FileModify.target] },
];
