/** A condition of the rule language that is being put together. */
export type Expression =
  | { readonly type: 'test'; readonly text: string }
  | { readonly type: 'not'; readonly operand: Expression }
  | { readonly type: 'and' | 'or'; readonly operands: readonly Expression[] };

export const test = (text: string): Expression => ({ type: 'test', text });

export const not = (operand: Expression): Expression => ({ type: 'not', operand });

/** Joins expressions; those that are joined the same way already become part of it. */
export function join(type: 'and' | 'or', operands: readonly Expression[]): Expression {
  const flat = operands.flatMap((operand) => (operand.type === type ? operand.operands : [operand]));
  return flat.length === 1 ? (flat[0] as Expression) : { type, operands: flat };
}

/** The text of a condition, with no more brackets than it needs. */
export function showExpression(expression: Expression): string {
  if (expression.type === 'test') return expression.text;
  if (expression.type === 'not') return `not ${bracketed(expression.operand, ['and', 'or'])}`;
  const inner = expression.type === 'and' ? ['or'] : [];
  return expression.operands.map((operand) => bracketed(operand, inner)).join(` ${expression.type} `);
}

/** The same on several lines, one for each part that has to hold. */
export function showLines(expression: Expression): string[] {
  if (expression.type !== 'and') return [showExpression(expression)];
  return expression.operands.map((operand, i) => `${i === 0 ? '' : 'and '}${bracketed(operand, ['or'])}`);
}

const bracketed = (expression: Expression, types: readonly string[]): string =>
  types.includes(expression.type) ? `(${showExpression(expression)})` : showExpression(expression);

/** A text in quotes as the rule language reads it. */
export function quote(text: string): string {
  const escaped = text.replace(/[\\"\p{Cc}]/gu, (char) => {
    if (char === '\\' || char === '"') return `\\${char}`;
    return [...Buffer.from(char, 'utf8')].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
  });
  return `"${escaped}"`;
}
