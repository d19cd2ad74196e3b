import type { Literal } from '../language/syntax-tree.ts';
import { Tokenizer } from '../language/tokenizer.ts';
import type { YamlFile } from './yaml-file.ts';

/**
 * Reads an item of a list or a value of an exception. Quotes of YAML are not part of it; quotes within them, as in
 * '"(systemd)"', make it a text that is taken as it is, also when a list has that name.
 */
export function readItem(yaml: YamlFile, node: unknown, what: string): Literal {
  const source = yaml.scalarText(node, what);
  const literal = { type: 'literal', text: source.text, quoted: false, at: yaml.at(node) } as const;
  if (!/^(["'])[\s\S]*\1$/.test(source.text) || source.text.length < 2) return literal;
  const tokens = new Tokenizer(source);
  const text = tokens.quoted();
  return text !== undefined && tokens.atEnd() ? { ...literal, text, quoted: true } : literal;
}
