import {
  type EventChoice,
  explainOne,
  type LoadResult,
  type NearestOfPart,
  nearestMisses,
  type Rule,
} from '@picket/control-plane/rules';
import { captureBatches } from '../../capture/capture-batches.ts';
import { type Arguments, type Io, positiveNumber } from '../../command.ts';
import { CliError } from '../../errors.ts';
import { type ExplanationStyle, formatEvent, formatPart } from './format-explanation.ts';
import { readRules } from './read-rules.ts';
import { wrap } from './wrap.ts';

const NEAREST = 3;

/** Which test of a rule an event of a capture fails, or which events come nearest to it. */
export async function explainRule(args: Arguments, io: Io): Promise<number> {
  const [name = '', ...paths] = args.positionals;
  const { capture } = args.text;
  if (capture === undefined) throw new CliError('USAGE', 'say which events to look at: --capture FILE');
  const choice = eventChoice(args.text.event);
  const nearest = positiveNumber(args, 'nearest') ?? NEAREST;
  const { load } = readRules(paths, args.flags.shipped === true || paths.length === 0);
  const rule = findRule(load, name);
  let unreadable = 0;
  const batches = captureBatches(capture, () => {
    unreadable++;
  });
  const found = choice
    ? await explainEvent(rule, batches, choice, args, io)
    : await explainNearest(rule, batches, nearest, args, io);
  if (unreadable > 0) io.note(`${unreadable} batches of the capture can not be read and were passed over`);
  return found;
}

type Batches = ReturnType<typeof captureBatches>;

async function explainEvent(rule: Rule, batches: Batches, choice: EventChoice, args: Arguments, io: Io) {
  const event = await explainOne(rule, batches, choice);
  if (!event) throw new CliError('EVENT_UNKNOWN', `the capture has no event ${args.text.event}`);
  if (args.flags.json) {
    io.out(JSON.stringify({ rule: rule.name, ...event }, null, 2));
    return 0;
  }
  const style = { all: args.flags.all === true };
  const unseen = event.looksAt ? [] : wrap('Rules do not look at this record: it tells of what is, or of losses.');
  const parts = event.parts.flatMap((part) => formatPart(part, style));
  for (const line of [...head(rule), ...formatEvent(event), ...unseen, ...parts]) io.out(line);
  return 0;
}

async function explainNearest(rule: Rule, batches: Batches, most: number, args: Arguments, io: Io): Promise<number> {
  const parts = await nearestMisses(rule, batches, most);
  if (args.flags.json) io.out(JSON.stringify({ rule: rule.name, parts }, null, 2));
  else {
    const style = { all: args.flags.all === true };
    for (const line of [...head(rule), ...parts.flatMap((part) => nearestLines(part, style))]) io.out(line);
  }
  return 0;
}

function nearestLines(
  { label, looked, matched, firstMatch, nearest }: NearestOfPart,
  style: ExplanationStyle,
): string[] {
  const holds = matched === 0 ? 'none of them' : `${matched} of them, first for ${firstMatch}`;
  const what = label === undefined ? '' : `${label}: `;
  const others = matched > 0 ? 'The nearest of the others:' : 'The nearest:';
  return [
    ...wrap(`${what}${looked} events are of a kind that fits; the condition holds for ${holds}.`),
    ...(nearest.length > 0 ? [others] : []),
    ...nearest.flatMap((event) => ['', ...formatEvent(event), ...formatPart(event.part, style)]),
  ];
}

function head(rule: Rule): string[] {
  const { name, position, enabled } = rule;
  return wrap(`${name} (${position.file}:${position.line}${enabled ? '' : ', not enabled'})`);
}

/** By its name in any case, or by its id. */
function findRule({ rules, problems }: LoadResult, name: string): Rule {
  const wanted = name.toLowerCase();
  const found = rules.find((rule) => rule.name.toLowerCase() === wanted || rule.id === wanted);
  if (found) return found;
  const why = problems.find((problem) => problem.severity === 'error' && problem.rule?.toLowerCase() === wanted);
  if (why)
    throw new CliError('RULE_UNKNOWN', `${name} was refused: ${why.file}:${why.line}:${why.column} ${why.message}`);
  throw new CliError('RULE_UNKNOWN', `there is no rule ${name}: picket rules list shows them`);
}

/** NODE/SEQUENCE, a sequence alone, or NODE/BOOT/EPOCH/SEQUENCE as alerts name their events. */
function eventChoice(text: string | undefined): EventChoice | undefined {
  if (text === undefined) return undefined;
  const parts = text.split('/');
  const sequence = parts.at(-1) ?? '';
  if (!/^\d{1,19}$/.test(sequence) || ![1, 2, 4].includes(parts.length))
    throw new CliError('USAGE', `--event takes NODE/SEQUENCE, not ${text}`);
  return { node: parts.length > 1 ? parts[0] : undefined, sequence: BigInt(sequence) };
}
