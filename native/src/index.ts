/** Loading BPF objects, working with maps, and reading events: libbpf for Node. */
export type { MapInfo, ProgramInfo, ProgramStats, ReaderStats } from './addon.ts';
export type { BpfLink } from './bpf-link.ts';
export { BpfMap, type RangeOptions } from './bpf-map.ts';
export { type AttachOptions, type BpfObject, type OpenOptions, openObject } from './bpf-object.ts';
export {
  EventReader,
  type MarkedKind,
  type PathKind,
  type ReaderOptions,
  SUMMARY,
  SUMMARY_WORDS,
} from './event-reader.ts';
export { structLayout, vmlinuxHasType } from './kernel-types.ts';
export { compressLz4, lz4Bound } from './lz4.ts';
export { NativeError, type NativeErrorCode } from './native-error.ts';
export { type FileRead, type ProcessFiles, ProcessFilesReading, type ProcessFilesRequest } from './process-files.ts';
export { type ProgStats, progStats } from './prog-stats.ts';
export type { StructField, StructLayout } from './struct-layout.ts';
export { bootTimeNs, cgroupId, possibleCpus } from './system.ts';
