import { messageOf } from '@picket/sdk';
import { DETECTOR_UPLOAD_LIMITS, DetectorManifest } from '@picket/sdk/client';
import { isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import { ControlPlaneError, type ErrorDetail } from '../../errors.ts';
import { MAX_DEPTH, tooDeepAt } from '../rules/load/yaml-depth.ts';

const MOST_PROBLEMS = 50;
/** Characters of what was written that a message repeats. */
const MOST_SHOWN = 60;

/**
 * Reads the manifest of a detector.
 * @param name of the file, for messages
 * @throws ControlPlaneError DETECTOR_MANIFEST with every place that is wrong, as file:line:column
 */
export function readManifest(text: string, name = 'manifest.yaml'): DetectorManifest {
  if (text.length > DETECTOR_UPLOAD_LIMITS.manifest)
    throw refused([
      { path: `${name}:1:1`, message: `the manifest has more than ${DETECTOR_UPLOAD_LIMITS.manifest} characters` },
    ]);
  const deep = tooDeepAt(text);
  if (deep !== undefined)
    throw refused([{ path: `${name}:${placeIn(text, deep)}`, message: `brackets nest deeper than ${MAX_DEPTH}` }]);
  const lines = new LineCounter();
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${Math.max(1, line)}:${Math.max(1, col)}`;
  };
  const document = parsed(text, lines, at);
  const value = plainValue(document, at);
  refuseProto(value, (path) => at(offsetOf(document, path)));
  const result = DetectorManifest.safeParse(value);
  if (result.success) return result.data;
  throw refused(
    result.error.issues.slice(0, MOST_PROBLEMS).map((issue) => ({
      path: at(offsetOf(document, pathOf(issue))),
      message: said(issue, value),
    })),
  );
}

/** Line and column of an offset. */
function placeIn(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

type Document = ReturnType<typeof parseDocument>;
type Path = readonly PropertyKey[];

function parsed(text: string, lines: LineCounter, at: (offset: number) => string): Document {
  try {
    // its own search for keys that stand twice compares each with each: thousands of them would hold everything up
    const options = { lineCounter: lines, prettyErrors: false, uniqueKeys: false, logLevel: 'error' } as const;
    const document = parseDocument(text, options);
    const problems = document.errors.length === 0 ? keyProblems(document, at) : [];
    for (const { pos, message } of document.errors.slice(0, MOST_PROBLEMS))
      problems.push({ path: at(pos[0]), message });
    if (problems.length === 0) return document;
    throw refused(problems);
  } catch (error) {
    // lists within lists without end use up the stack of the parser
    if (error instanceof RangeError) throw refused([{ path: at(0), message: 'it nests too deep' }]);
    throw error;
  }
}

/** Keys that stand twice, and such as are no plain names: lists as keys would become very long texts. */
function keyProblems(document: ReturnType<typeof parseDocument>, at: (offset: number) => string): ErrorDetail[] {
  const problems: ErrorDetail[] = [];
  visit(document, {
    Map(_key, map) {
      const names = new Set<string>();
      for (const { key } of map.items) {
        const name = isScalar(key) ? String(key.value) : undefined;
        const message =
          name === undefined
            ? 'a key must be a plain name'
            : names.has(name)
              ? `keys must be unique: ${name} stands twice`
              : '';
        if (message) problems.push({ path: at((key as Node | null)?.range?.[0] ?? map.range?.[0] ?? 0), message });
        if (problems.length === MOST_PROBLEMS) return visit.BREAK;
        if (name !== undefined) names.add(name);
      }
      return undefined;
    },
  });
  return problems;
}

function plainValue(document: Document, at: (offset: number) => string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    // aliases that blow the document up
    throw refused([{ path: at(0), message: messageOf(error) }]);
  }
}

/** The schema passes over an entry of this name without a word. */
function refuseProto(value: unknown, at: (path: Path) => string): void {
  const config = value !== null && typeof value === 'object' && 'config' in value ? value.config : undefined;
  if (config === null || typeof config !== 'object' || !Object.hasOwn(config, '__proto__')) return;
  throw refused([{ path: at(['config', '__proto__']), message: 'config: an entry can not be named __proto__' }]);
}

/** Where the value at a path stands, or the nearest one around it that is there. */
function offsetOf(document: Document, path: Path): number {
  for (let depth = path.length; depth > 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true) as Node | undefined;
    if (node?.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

/** A key that is not known is told where it stands. */
const pathOf = (issue: z.core.$ZodIssue): Path =>
  issue.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys.slice(0, 1)] : issue.path;

function said(issue: z.core.$ZodIssue, value: unknown): string {
  const where = issue.path.map(String).join('.');
  const message = plainly(issue, valueAt(value, issue.path)) ?? issue.message;
  return where === '' ? message : `${where}: ${message}`;
}

/** The mistakes that are made most, in words that say what to write; others keep those of the schema. */
function plainly(issue: z.core.$ZodIssue, given: unknown): string | undefined {
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => cut(key)).join(', ');
    const known = issue.path.length === 0 ? `; there are: ${Object.keys(DetectorManifest.shape).join(', ')}` : '';
    return `there is no entry ${names}${known}`;
  }
  if (issue.code === 'invalid_value' && typeof given === 'string')
    return `there is no ${cut(given)}; there are: ${issue.values.map(String).join(', ')}`;
  if (issue.code !== 'invalid_type') return undefined;
  if (given === undefined) return 'the entry is missing';
  return issue.expected === 'string' && typeof given === 'number'
    ? 'it must be a text, and this is a number: put it in quotes'
    : undefined;
}

const cut = (text: string): string => (text.length <= MOST_SHOWN ? text : `${text.slice(0, MOST_SHOWN)}…`);

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, key) => (at !== null && typeof at === 'object' && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined),
    value,
  );
}

function refused(details: ErrorDetail[]): ControlPlaneError {
  const [first] = details;
  const more = details.length > 1 ? ` (and ${details.length - 1} more)` : '';
  return new ControlPlaneError('DETECTOR_MANIFEST', `${first?.path}: ${first?.message}${more}`, { details });
}
