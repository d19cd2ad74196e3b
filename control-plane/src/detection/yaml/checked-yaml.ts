import { messageOf } from '@picket/sdk';
import { isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import type { ErrorDetail } from '../../errors.ts';
import { MAX_DEPTH, tooDeepAt } from '../rules/load/yaml-depth.ts';

const MOST_PROBLEMS = 50;
/** Characters of what was written that a message repeats. */
const MOST_SHOWN = 60;

export interface CheckedYamlOptions<T> {
  /** Of the file, for messages. */
  readonly name: string;
  /** What the text is, for messages: "manifest". */
  readonly what: string;
  /** Characters that it may have. */
  readonly most: number;
  readonly schema: z.ZodType<T>;
  /** Entries there are at the top. */
  readonly keys: readonly string[];
  /** Finds more that is wrong before the schema is asked. */
  readonly look?: (value: unknown) => readonly PathProblem[];
  /** Makes the error of all that is wrong. */
  readonly refused: (details: ErrorDetail[]) => Error;
}

/** Something wrong with a value of the text. */
export interface PathProblem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/**
 * Reads a YAML text whose shape is given by a schema; what is wrong is told by its place, as file:line:column.
 * @throws what `refused` makes
 */
export function readCheckedYaml<T>(text: string, options: CheckedYamlOptions<T>): T {
  const { name, what, most, schema, refused } = options;
  if (text.length > most)
    throw refused([{ path: `${name}:1:1`, message: `the ${what} has more than ${most} characters` }]);
  const deep = tooDeepAt(text);
  if (deep !== undefined)
    throw refused([{ path: `${name}:${placeIn(text, deep)}`, message: `brackets nest deeper than ${MAX_DEPTH}` }]);
  const lines = new LineCounter();
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${Math.max(1, line)}:${Math.max(1, col)}`;
  };
  const document = parsed(text, lines, at, refused);
  const value = plainValue(document, at, refused);
  const located = ({ path, message }: PathProblem) => ({ path: at(offsetOf(document, path)), message });
  const more = options.look?.(value) ?? [];
  if (more.length > 0) throw refused(more.slice(0, MOST_PROBLEMS).map(located));
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw refused(
    result.error.issues
      .slice(0, MOST_PROBLEMS)
      .map((issue) => located({ path: pathOf(issue), message: said(issue, value, options.keys) })),
  );
}

/** The first of several problems, and how many more there are. */
export function firstOf(details: readonly ErrorDetail[]): string {
  const [first] = details;
  const more = details.length > 1 ? ` (and ${details.length - 1} more)` : '';
  return `${first?.path}: ${first?.message}${more}`;
}

/** Line and column of an offset. */
function placeIn(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

type Document = ReturnType<typeof parseDocument>;
type Path = readonly PropertyKey[];
type At = (offset: number) => string;
type Refused = (details: ErrorDetail[]) => Error;

function parsed(text: string, lines: LineCounter, at: At, refused: Refused): Document {
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
function keyProblems(document: Document, at: At): ErrorDetail[] {
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

function plainValue(document: Document, at: At, refused: Refused): unknown {
  try {
    return document.toJS();
  } catch (error) {
    // aliases that blow the document up
    throw refused([{ path: at(0), message: messageOf(error) }]);
  }
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

function said(issue: z.core.$ZodIssue, value: unknown, keys: readonly string[]): string {
  const where = issue.path.map(String).join('.');
  const message = plainly(issue, valueAt(value, issue.path), keys) ?? issue.message;
  return where === '' ? message : `${where}: ${message}`;
}

/** The mistakes that are made most, in words that say what to write; others keep those of the schema. */
function plainly(issue: z.core.$ZodIssue, given: unknown, keys: readonly string[]): string | undefined {
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => cut(key)).join(', ');
    const known = issue.path.length === 0 ? `; there are: ${keys.join(', ')}` : '';
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
