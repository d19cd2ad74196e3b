import { isMap, isSeq, type YAMLMap } from 'yaml';
import { type Expression, join } from './expression.ts';
import { readCondition } from './sigma-condition.ts';
import { NO_MODIFIERS } from './sigma-modifiers.ts';
import { convertKeywords, convertTest, type TestContext } from './sigma-test.ts';

/** Keys of a detection that are no search identifiers. */
const OTHER_KEYS = ['condition', 'timeframe'];
const MAX_DEPTH = 10;

/**
 * Converts what a rule looks for.
 * @throws SigmaError at what can not be said
 */
export function convertDetection(detection: YAMLMap, context: TestContext): Expression {
  const { document } = context;
  if (detection.has('timeframe'))
    throw document.error(
      'SIGMA_UNSUPPORTED',
      'a timeframe counts over several events: write a window by hand',
      document.node(detection, 'timeframe'),
    );
  const selections = new Map<string, () => Expression>();
  for (const pair of detection.items) {
    const name = document.key(pair);
    if (!OTHER_KEYS.includes(name)) selections.set(name, () => convertSelection(pair.value, context));
  }
  const node = document.node(detection, 'condition');
  if (node === undefined) throw document.error('SIGMA_SYNTAX', 'the detection has no condition', detection);
  const conditions = document.items(node).map((item) =>
    readCondition(document.scalar(item, 'condition'), {
      one: (name) => {
        const selection = selections.get(name);
        if (selection) return selection();
        throw document.error('SIGMA_SYNTAX', `there is no search identifier "${name}"`, item);
      },
      matching: (pattern) => {
        const found = [...selections].filter(([name]) => fits(name, pattern));
        if (found.length > 0) return found.map(([, selection]) => selection());
        throw document.error('SIGMA_SYNTAX', `no search identifier is called "${pattern}"`, item);
      },
      fail: (message, unsupported = false) =>
        document.error(unsupported ? 'SIGMA_UNSUPPORTED' : 'SIGMA_SYNTAX', message, item),
    }),
  );
  if (conditions.length === 0) throw document.error('SIGMA_SYNTAX', 'the detection has no condition', node);
  return join('or', conditions);
}

/** `them` are all but those whose names begin with an underscore; a star stands for any characters. */
function fits(name: string, pattern: string): boolean {
  if (pattern.toLowerCase() === 'them') return !name.startsWith('_');
  const pieces = pattern.split('*').map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pieces.join('.*')}$`, 's').test(name);
}

/** A map is met by all of its tests, a list by one of its items; a text in a list is looked for anywhere. */
function convertSelection(given: unknown, context: TestContext, depth = 0): Expression {
  const { document, source } = context;
  const node = document.resolved(given);
  if (depth > MAX_DEPTH) throw document.error('SIGMA_SYNTAX', `lists may be nested ${MAX_DEPTH} deep at most`, node);
  if (isMap(node)) {
    if (node.items.length === 0) throw document.error('SIGMA_SYNTAX', 'a search identifier is empty', node);
    const tests = node.items.map((pair) =>
      convertTest(document.key(pair), pair.key, document.resolved(pair.value), context),
    );
    return join('and', tests);
  }
  if (isSeq(node)) {
    if (node.items.length === 0) throw document.error('SIGMA_SYNTAX', 'a search identifier is empty', node);
    return join(
      'or',
      node.items.map((item) => convertSelection(item, context, depth + 1)),
    );
  }
  document.scalar(node, 'a search identifier');
  const fields = source.keywords.map((name) => ({ name, type: 'text' as const }));
  return convertKeywords(fields, [node], NO_MODIFIERS, context);
}
