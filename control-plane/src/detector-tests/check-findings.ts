import type { Expectation } from './detector-test-schema.ts';
import type { DetectorTest } from './read-detector-tests.ts';
import type { RunFinding } from './run-finding.ts';

/** Something that came out otherwise than a test says. */
export interface FindingDifference {
  readonly expected: string;
  /** What came instead, a line each. */
  readonly got: readonly string[];
}

const MOST_SHOWN = 5;

/** Compares what a run has found with what a test expects of it. */
export function checkFindings(
  test: Pick<DetectorTest, 'expect' | 'expectNone'>,
  findings: readonly RunFinding[],
): FindingDifference[] {
  const covered = new Set<RunFinding>();
  const differences = test.expect.flatMap((wanted) => {
    const found = findings.filter((finding) => fits(finding, wanted));
    for (const finding of found) covered.add(finding);
    const difference = compare(wanted, found, findings);
    return difference ? [difference] : [];
  });
  const { expectNone } = test;
  const unwanted = findings.filter(
    (finding) => !covered.has(finding) && (expectNone === true || expectNone.includes(finding.title)),
  );
  if (unwanted.length === 0) return differences;
  const expected =
    expectNone === true
      ? test.expect.length > 0
        ? 'no other finding'
        : 'no finding'
      : `no finding ${expectNone.map((title) => JSON.stringify(title)).join(', ')}`;
  return [...differences, { expected, got: shown(unwanted) }];
}

function fits(finding: RunFinding, wanted: Expectation): boolean {
  const { title, severity, message, group, fields = {} } = wanted;
  if (title !== undefined && finding.title !== title) return false;
  if (severity !== undefined && finding.severity.toLowerCase() !== severity) return false;
  if (message !== undefined && !finding.message.includes(message)) return false;
  if (group !== undefined && finding.group !== group) return false;
  if (wanted.container !== undefined && (finding.container ?? null) !== wanted.container) return false;
  if (wanted.event !== undefined && (finding.event ?? null) !== wanted.event) return false;
  return Object.entries(fields).every(([name, value]) => (finding.fields[name] ?? null) === text(value));
}

const text = (value: string | number | boolean | null) => (value === null ? null : String(value));

function compare(
  wanted: Expectation,
  found: readonly RunFinding[],
  all: readonly RunFinding[],
): FindingDifference | undefined {
  const { count, title } = wanted;
  if (count === undefined ? found.length > 0 : found.length === count) return undefined;
  const near = title === undefined ? all : all.filter((finding) => finding.title === title);
  const got =
    found.length > 0
      ? [`${plural(found.length)} that fit`, ...shown(found)]
      : ['no such finding', ...shown(near.length > 0 ? near : all)];
  return { expected: describe(wanted), got };
}

/** An expectation in one line. */
function describe({ title, severity, message, group, container, event, fields = {}, count }: Expectation): string {
  return [
    count === undefined ? 'a finding' : plural(count),
    ...(title === undefined ? [] : [JSON.stringify(title)]),
    ...(severity === undefined ? [] : [`of severity ${severity}`]),
    ...(message === undefined ? [] : [`that says ${JSON.stringify(message)}`]),
    ...(group === undefined ? [] : [`in group ${JSON.stringify(group)}`]),
    ...(container === undefined ? [] : [container === null ? 'in no container' : `in container ${container}`]),
    ...(event === undefined ? [] : [event === null ? 'caused by no event' : `caused by ${event}`]),
    ...Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`),
  ].join(' ');
}

/** Findings in a line each. */
function shown(findings: readonly RunFinding[]): string[] {
  const lines = findings.slice(0, MOST_SHOWN).map((finding) => {
    const { title, severity, message, container, event, fields } = finding;
    const where = [container && `in ${container}`, event && `by ${event}`].filter(Boolean).join(' ');
    const more = Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    return [`${severity} ${JSON.stringify(title)}${where ? ` (${where})` : ''}: ${message}`, ...more].join(' ');
  });
  const left = findings.length - lines.length;
  return left > 0 ? [...lines, `and ${left} more`] : lines;
}

const plural = (n: number): string => `${n} finding${n === 1 ? '' : 's'}`;
