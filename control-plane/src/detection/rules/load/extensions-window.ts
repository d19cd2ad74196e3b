import type { YAMLMap } from 'yaml';
import { RuleError } from '../language/rule-error.ts';
import type { SourceText } from '../language/source-text.ts';
import type { FieldUse } from '../language/syntax-tree.ts';
import { checkField } from './check-field.ts';
import type { WindowSpec } from './extensions.ts';
import { invalid, readField, readJoin, readMap, readTime, readWhole, SPAN_BOUNDS } from './extensions-values.ts';
import type { YamlFile } from './yaml-file.ts';

const MEASURES = ['count', 'rate', 'count_distinct', 'sum'] as const;
type Measure = (typeof MEASURES)[number];
const KEYS = [...MEASURES, 'by', 'over', 'at_least'];

const MAX_COUNT = 1_000_000;
/** Every value of a window is kept, so there must not be many. */
const MAX_DISTINCT = 1024;
const MS_PER: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** Reads `window`: what is measured, of which events together, over which time. */
export function readWindow(yaml: YamlFile, node: unknown): WindowSpec {
  const map = readMap(yaml, node, 'window', KEYS);
  const measures = MEASURES.filter((key) => map.has(key));
  const [measure] = measures;
  if (!measure || measures.length > 1)
    throw new RuleError('RULE_INVALID', `a window has one of ${MEASURES.join(', ')}`, yaml.at(map));
  const by = yaml.node(map, 'by');
  const overMs = readTime(required(yaml, map, 'over'), 'over', SPAN_BOUNDS);
  return {
    ...readMeasure(yaml, map, measure, overMs),
    by: by ? readJoin(yaml, by, 'by') : ['container'],
    overMs,
  };
}

function readMeasure(
  yaml: YamlFile,
  map: YAMLMap,
  measure: Measure,
  overMs: number,
): Pick<WindowSpec, 'measure' | 'field' | 'atLeast'> {
  if (measure === 'rate') return { measure: 'count', field: undefined, atLeast: readRate(yaml, map, overMs) };
  const atLeast = required(yaml, map, 'at_least');
  if (measure === 'count') {
    if (yaml.bool(map, 'count') !== true)
      throw new RuleError('RULE_INVALID', 'write "count: true" to count events', yaml.at(map));
    return { measure, field: undefined, atLeast: readWhole(atLeast, 'at_least', 1, MAX_COUNT) };
  }
  const field = readField(required(yaml, map, measure));
  if (measure === 'sum')
    return { measure, field: numberField(field), atLeast: readWhole(atLeast, 'at_least', 1, Number.MAX_SAFE_INTEGER) };
  return { measure: 'distinct', field, atLeast: readWhole(atLeast, 'at_least', 2, MAX_DISTINCT) };
}

/** Events in the whole window. */
function readRate(yaml: YamlFile, map: YAMLMap, overMs: number): number {
  const excess = yaml.text(map, 'at_least');
  if (excess) throw invalid('a rate says how many events there are at least: leave at_least out', excess);
  const source = required(yaml, map, 'rate');
  const [, amount = '', unit = ''] = /^(\d{1,9})\/(s|m|h)$/.exec(source.text.trim()) ?? [];
  const events = Math.ceil((Number(amount) * overMs) / (MS_PER[unit] ?? Number.NaN));
  if (amount !== '' && events >= 1 && events <= MAX_COUNT) return events;
  throw invalid(
    `rate is a number of events like 50/s, 1 to ${MAX_COUNT} in the window, not "${source.text.trim()}"`,
    source,
  );
}

function numberField(field: FieldUse): FieldUse {
  const { type } = checkField(field);
  if (type === 'number') return field;
  throw new RuleError('RULE_INVALID', `${field.name} is a ${type}: only numbers can be summed`, field.at);
}

function required(yaml: YamlFile, map: YAMLMap, key: string): SourceText {
  const text = yaml.text(map, key);
  if (text) return text;
  throw new RuleError('RULE_SYNTAX', `the window has no ${key}`, yaml.at(map));
}
