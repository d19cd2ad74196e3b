import { LineCounter, type Node, parseDocument } from 'yaml';
import type { z } from 'zod';
import type { Position } from '../detection/rules/language/position.ts';
import type { RuleFile } from '../detection/rules/load/rule.ts';
import { RuleTestError } from './rule-test-error.ts';

/** Keys and indexes that lead to a value. */
export type Path = readonly PropertyKey[];

/** A YAML file as plain values that still knows where each of them stands. */
export class LocatedYaml {
  readonly name: string;
  readonly value: unknown;
  readonly #root: ReturnType<typeof parseDocument>;
  readonly #lines = new LineCounter();

  /** @throws RuleTestError RULE_TEST_INVALID where it is not YAML */
  constructor(file: RuleFile) {
    this.name = file.name;
    this.#root = parseDocument(file.text, { lineCounter: this.#lines, prettyErrors: false });
    const fault = this.#root.errors[0];
    if (fault) throw new RuleTestError(fault.message, this.#at(fault.pos[0]));
    try {
      this.value = this.#root.toJS();
    } catch (cause) {
      // aliases that blow the document up
      throw new RuleTestError(cause instanceof Error ? cause.message : String(cause), this.#at(0));
    }
  }

  /** Where the value at a path stands, or the nearest one around it that is there. */
  at(path: Path): Position {
    for (let depth = path.length; depth > 0; depth--) {
      const node = this.#root.getIn(path.slice(0, depth), true) as Node | undefined;
      if (node?.range) return this.#at(node.range[0]);
    }
    return this.#at(this.#root.contents?.range?.[0] ?? 0);
  }

  /** @throws RuleTestError RULE_TEST_INVALID at the first value that does not fit */
  check<T>(schema: z.ZodType<T>): T {
    const result = schema.safeParse(this.value);
    if (result.success) return result.data;
    const issue = deepest(result.error.issues[0]);
    if (!issue) throw new RuleTestError('the file does not fit', this.#at(0));
    const where = issue.path.map(String).join('.');
    throw new RuleTestError(`${where === '' ? '' : `${where}: `}${issue.message}`, this.at(issue.path));
  }

  #at(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.name, line: Math.max(1, line), column: Math.max(1, col) };
  }
}

interface Issue {
  readonly path: Path;
  readonly message: string;
}

/** Of a value that fits none of several forms, the form that it came nearest to: whose fault lies deepest. */
function deepest(issue: z.core.$ZodIssue | undefined): Issue | undefined {
  if (issue?.code !== 'invalid_union') return issue;
  const inner = issue.errors.map((errors) => deepest(errors[0])).filter((found) => found !== undefined);
  const best = inner.reduce<Issue | undefined>(
    (found, next) => (next.path.length > (found?.path.length ?? 0) ? next : found),
    undefined,
  );
  return best ? { message: best.message, path: [...issue.path, ...best.path] } : issue;
}
