import { RuleError } from '../language/rule-error.ts';
import type { Join, SequenceDefinition, StepDefinition } from './extensions.ts';
import { readJoin, readMap, readTime, SPAN_BOUNDS } from './extensions-values.ts';
import type { YamlFile } from './yaml-file.ts';

const MAX_STEPS = 16;

/** Reads `sequence`: the conditions, in their order, and what their events have in common. */
export function readSequence(yaml: YamlFile, node: unknown): SequenceDefinition {
  const map = readMap(yaml, node, 'sequence', ['by', 'within', 'steps']);
  const within = yaml.text(map, 'within');
  if (!within) throw new RuleError('RULE_SYNTAX', 'the sequence has no within', yaml.at(map));
  const byNode = yaml.node(map, 'by');
  const by: Join = byNode ? readJoin(yaml, byNode, 'by') : ['container'];
  const list = yaml.node(map, 'steps');
  if (!list) throw new RuleError('RULE_SYNTAX', 'the sequence has no steps', yaml.at(map));
  const steps = yaml.list(list, 'steps').map((step) => readStep(yaml, step, by));
  if (steps.length < 2 || steps.length > MAX_STEPS)
    throw new RuleError('RULE_INVALID', `a sequence has 2 to ${MAX_STEPS} steps`, yaml.at(list));
  if (steps[0]?.negative)
    throw new RuleError('RULE_INVALID', 'the first step is a condition: "not" follows one', yaml.at(list));
  return { withinMs: readTime(within, 'within', SPAN_BOUNDS), steps };
}

function readStep(yaml: YamlFile, node: unknown, usual: Join): StepDefinition {
  const map = readMap(yaml, node, 'a step', ['condition', 'not', 'by']);
  const [positive, negative] = [yaml.text(map, 'condition'), yaml.text(map, 'not')];
  const condition = positive ?? negative;
  if (!condition || (positive && negative))
    throw new RuleError('RULE_SYNTAX', 'a step has either a condition or a not', yaml.at(map));
  const byNode = yaml.node(map, 'by');
  const by = byNode ? readJoin(yaml, byNode, 'by') : usual;
  if (by.length !== usual.length)
    throw new RuleError(
      'RULE_INVALID',
      `the by of this step has ${by.length} values, that of the sequence ${usual.length}`,
      yaml.at(byNode),
    );
  return { negative: positive === undefined, condition, by };
}
