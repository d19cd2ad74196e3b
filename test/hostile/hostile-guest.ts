import type { DetectorUpload } from '@picket/sdk/client';

/** What is uploaded beside the manifest. */
export type Payload = Pick<DetectorUpload, 'source' | 'component' | 'core'>;

/** Something counted in the stats of a detector, by its path: `dropped.logs`. */
export type Counter = 'dropped.findings' | 'dropped.logs' | 'dropped.proposals' | 'errors' | 'events' | 'calls';

/**
 * How it must end:
 * - refused: the upload, with this code; `at` says where, unless nothing can be pointed at
 * - faults: it is taken, then ended with this code again and again until it is quarantined
 * - runs: it is taken and goes on without a fault, and this is counted
 */
export type Ending =
  | { readonly refused: string; readonly at?: RegExp }
  | { readonly faults: string }
  | { readonly runs: Counter };

/** A detector that means harm. */
export interface HostileGuest {
  /** As docs/hostile-detectors.md has it. */
  readonly name: string;
  /** What holds it, in words of docs/hostile-detectors.md. */
  readonly heldBy: string;
  readonly payload: () => Payload | Promise<Payload>;
  /** Further lines of the manifest; see `manifestOf`. */
  readonly lines?: readonly string[];
  /** In place of the whole manifest. */
  readonly manifest?: string;
  readonly ending: Ending;
  /** Calls after which it may go, when it runs; for those whose state must come into a checkpoint. */
  readonly calls?: number;
}

/** Id of all hostile detectors: one is deleted before the next is uploaded. */
export const HOSTILE = 'hostile';

const USUAL_LINES = [
  `id: ${HOSTILE}`,
  'version: 1.0.0',
  'summary: Means harm.',
  'kinds: [file.open, container.started]',
  'encoding: utf16',
  'severity: warning',
  'capabilities: [observe, state, context, respond]',
];

/** A manifest around lines; a line in place of one with the same key. */
export function manifestOf(lines: readonly string[] = []): string {
  const keyOf = (line: string) => line.slice(0, line.indexOf(':'));
  const own = new Set(lines.map(keyOf));
  const usual = USUAL_LINES.filter((line) => !own.has(keyOf(line)));
  return [...usual, ...lines, ''].join('\n');
}

/** How it ends, as the last column of docs/hostile-detectors.md says it. */
export function codeOf(ending: Ending): string {
  if ('refused' in ending) return ending.refused;
  return 'faults' in ending ? ending.faults : `counts \`${ending.runs}\``;
}

export const BYTE = /^byte \d+$/;
export const SOURCE_LINE = /^[\w/.-]+\.ts:\d+:\d+$/;
export const MANIFEST_LINE = /^manifest\.yaml:\d+:\d+$/;
