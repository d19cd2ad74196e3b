import { type FieldUse, TRANSFORMERS, type Transformer, type TransformerUse } from './syntax-tree.ts';
import type { Tokenizer } from './tokenizer.ts';

const MAX_DEPTH = 8;
const ARGUMENT_NAME = /^[a-z_][a-z0-9_]*$/i;

/**
 * Reads a field with its argument and what is done to it, as `proc.aname[2]` or `tolower(basename(proc.exepath))`.
 * @returns undefined when none begins here
 * @throws RuleError RULE_SYNTAX
 */
export function parseField(tokens: Tokenizer): FieldUse | undefined {
  tokens.atEnd();
  const begin = tokens.offset;
  const name = tokens.fieldName();
  if (name === undefined) return parseTransformed(tokens);
  return namedField(name, tokens.argument(), tokens.source.locate(begin));
}

/** Reads a field with something done to it; undefined when no name of a transformer and bracket begin here. */
export function parseTransformed(tokens: Tokenizer, depth = 1): FieldUse | undefined {
  const transformer = parseName(tokens);
  if (!transformer) return undefined;
  if (depth > MAX_DEPTH) throw tokens.error(`transformers may be nested ${MAX_DEPTH} deep at most`);
  const inner = parseTransformed(tokens, depth + 1) ?? parseField(tokens);
  if (!inner) throw tokens.error(`${transformer.name}() takes a field, found ${tokens.found()}`);
  if (!tokens.sign(')')) throw tokens.error(`expected ")" behind ${transformer.name}(, found ${tokens.found()}`);
  return { ...inner, transformers: [...(inner.transformers ?? []), transformer] };
}

function parseName(tokens: Tokenizer): TransformerUse | undefined {
  tokens.atEnd();
  const begin = tokens.offset;
  const name = tokens.identifier();
  const known = TRANSFORMERS.find((transformer) => transformer === name);
  if (known && tokens.sign('(')) return { name: known, at: tokens.source.locate(begin) };
  tokens.offset = begin;
  return undefined;
}

/** A field as its parts name it; `evt.arg[flags]` is another way to write `evt.arg.flags`. */
export function namedField(name: string, argument: string | undefined, at: FieldUse['at']): FieldUse {
  const isCall = name === 'evt.arg' || name === 'evt.rawarg';
  return isCall && argument !== undefined && ARGUMENT_NAME.test(argument)
    ? { name: `${name}.${argument}`, argument: undefined, at }
    : { name, argument, at };
}

export const isTransformer = (name: string): name is Transformer => (TRANSFORMERS as readonly string[]).includes(name);

/** How a rule writes a field. */
export function showUse({ name, argument, transformers = [] }: FieldUse): string {
  const field = argument === undefined ? name : `${name}[${argument}]`;
  return transformers.reduce((inner, transformer) => `${transformer.name}(${inner})`, field);
}
