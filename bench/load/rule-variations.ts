import { formatIp } from '@picket/sdk';
import type { IpRange } from '../../control-plane/src/detection/rules/compile/ip-range.ts';
import { showUse } from '../../control-plane/src/detection/rules/language/field-use.ts';
import type { Checked, Test, TestValues } from '../../control-plane/src/detection/rules/load/checked-condition.ts';
import type { Rule } from '../../control-plane/src/detection/rules/load/rule.ts';

/** Fields whose values name files, programs and hosts: those a variation asks for others of. */
const NAMES =
  /^(proc\.[ap]?(name|exe|exepath|args|cmdline)|fd\.(name|nameraw|filename|directory)|fs\.path\.\w+|evt\.arg\.(\w*path|name|target|filename|dev|dir)|dns\.name|container\.image\.repository)$/;

/**
 * A rule file with `count` rules like the given ones: each in turn, as they are, about other files, programs and hosts, so that
 * kinds and forms of tests keep their shares. A rule that names nothing is confined to an image of its own. Rules over
 * several events are left out.
 */
export function variationsOf(rules: readonly Rule[], count: number): string {
  const models = rules.filter(({ extensions, enabled }) => enabled && extensions === undefined);
  const made = Array.from({ length: count }, (_, i) => {
    const model = models[i % models.length] as Rule;
    return variation(model, Math.floor(i / models.length) + 1);
  });
  // JSON is YAML
  return JSON.stringify(made, undefined, 1);
}

function variation({ name, condition, priority }: Rule, number: number) {
  const text = write(condition, number);
  const isSame = text === write(condition, 0);
  return {
    rule: `${name}, variation ${number}`,
    desc: 'A variation of a shipped rule.',
    condition: isSame ? `(${text}) and container.image.repository = "registry.example/v${number}"` : text,
    output: 'found by %proc.name in %container.id',
    priority,
  };
}

function write(condition: Checked, number: number): string {
  if (condition.type === 'test') return writeTest(condition, number);
  if (condition.type === 'not') return `not (${write(condition.operand, number)})`;
  return condition.operands.map((operand) => `(${write(operand, number)})`).join(` ${condition.type} `);
}

function writeTest({ field, operator, values }: Test, number: number): string {
  const left = `${showUse(field)} ${operator}`;
  const change = NAMES.test(field.name) && number > 0 ? (text: string) => other(text, operator, number) : same;
  const list = literals(values, change);
  if (list === undefined) return left;
  const isList = operator === 'in' || operator === 'intersects' || operator === 'pmatch';
  return isList ? `${left} (${list.join(', ')})` : `${left} ${list[0]}`;
}

const same = (text: string): string => text;

/** Undefined for a test without a right side. */
function literals(values: TestValues, change: (text: string) => string): readonly string[] | undefined {
  switch (values.type) {
    case 'none':
      return undefined;
    case 'texts':
      return values.values.map((text) => quoted(change(text)));
    case 'pattern':
      return [quoted(values.pattern.source)];
    case 'computed':
      return [computed(values.parts)];
    case 'ips':
      return values.values.map(range);
    default:
      return values.values.map(String);
  }
}

/** Another name of the same form: of a pattern and of an end the first word changes, of the rest the end. */
function other(text: string, operator: Test['operator'], number: number): string {
  if (operator === 'glob' || operator === 'iglob') return text.replace(/[A-Za-z]{2,}/, (word) => `${word}${number}`);
  return operator === 'endswith' ? `${number}${text}` : `${text}${number}`;
}

function computed(parts: Extract<TestValues, { type: 'computed' }>['parts']): string {
  const [first] = parts;
  if (parts.length === 1 && first !== undefined && typeof first !== 'string') return `val(${showUse(first)})`;
  return `concat(${parts.map((part) => (typeof part === 'string' ? quoted(part) : showUse(part))).join(', ')})`;
}

/** IPv4 is kept mapped into IPv6, behind 96 bits. */
const range = ({ bytes, bits, isV4 }: IpRange): string =>
  quoted(`${formatIp(bytes, 0)}/${isV4 && bits >= 96 ? bits - 96 : bits}`);

const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
