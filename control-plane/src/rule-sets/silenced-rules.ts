import { loadRules } from '../detection/rules/load/load-rules.ts';
import type { Rule, RuleFile } from '../detection/rules/load/rule.ts';
import type { RuleException } from '../store/rules/rule-exception-store.ts';
import type { Finding } from '../types.ts';

/** No rule of a file has such an id: those are made of letters, digits and "-". */
const PREFIX = 'exception/';

/** The exception whose silence a finding counts; undefined for one that becomes an alert. */
export function exceptionOf({ detector }: Finding): string | undefined {
  return detector.id.startsWith(PREFIX) ? detector.id.slice(PREFIX.length) : undefined;
}

/**
 * For every exception a rule that matches what it silences: what its rule would match without any exception of ours,
 * and the tests of the exception. Sequences have none: no single event is what they find.
 * @param files all files but those of the exceptions
 */
export function silencedRules(files: readonly RuleFile[], exceptions: readonly RuleException[]): Rule[] {
  if (exceptions.length === 0) return [];
  const bare = new Map(loadRules(files).rules.map((rule) => [rule.name, rule]));
  const others = new Map(loadRules([othersFile(exceptions)]).rules.map((rule) => [rule.name, rule]));
  return exceptions.flatMap(({ id, rule: name }) => {
    const rule = bare.get(name);
    const other = others.get(PREFIX + id)?.condition;
    if (!rule || !other || !rule.enabled || rule.extensions?.sequence) return [];
    const excepted = { type: 'not', operand: other, size: other.size } as const;
    const operands = [rule.condition, excepted];
    const size = rule.condition.size + other.size;
    const condition = { type: 'and', operands, size } as const;
    // an event for itself: neither counted over a time nor held back by another rule
    return [{ ...rule, id: PREFIX + id, condition, extensions: onlyBaseline(rule), firstMatchOf: undefined }];
  });
}

const onlyBaseline = ({ extensions }: Rule): Rule['extensions'] =>
  extensions?.baseline && {
    ...{ window: undefined, sequence: undefined, cooldownMs: undefined },
    ...{ baseline: extensions.baseline, groupBy: extensions.groupBy },
  };

/** For each exception a rule that matches all it does not except: so the language reads it as it does in other rules. */
function othersFile(exceptions: readonly RuleException[]): RuleFile {
  const entries = exceptions.map(({ id, spec: { fields, comps, values } }) => ({
    ...{ rule: PREFIX + id, condition: 'evt.type exists', output: 'none', priority: 'Debug' },
    exceptions: [{ name: 'this', fields, comps, values: [values] }],
  }));
  return { name: '<silenced>', text: entries.map((entry) => `- ${JSON.stringify(entry).toWellFormed()}\n`).join('') };
}
