import { describe, expect, it } from 'vitest';
import { showUse } from './field-use.ts';
import { parseCondition } from './parser.ts';
import { RuleError } from './rule-error.ts';
import { SourceText } from './source-text.ts';
import type { Condition } from './syntax-tree.ts';

/** A condition whose offsets are columns of line 1. */
const source = (text: string) => new SourceText(text, (offset) => ({ file: 'f', line: 1, column: offset + 1 }));
const parse = (text: string) => parseCondition(source(text));

/** Writes a tree with every bracket, so that tests see how it binds. */
function write(condition: Condition): string {
  switch (condition.type) {
    case 'and':
    case 'or':
      return `(${condition.operands.map(write).join(` ${condition.type} `)})`;
    case 'not':
      return `not ${write(condition.operand)}`;
    case 'macro':
      return condition.name;
    default: {
      const { field, operator, modifier, values } = condition;
      const texts = values.map((v) =>
        v.type === 'literal' ? v.text : v.parts.map((p) => ('type' in p ? `'${p.text}'` : showUse(p))).join('+'),
      );
      return `${showUse(field)} ${operator}${modifier ? ` ${modifier}` : ''} ${texts.join(',')}`.trim();
    }
  }
}

describe('grammar', () => {
  it.each([
    ['a or b and c', '(a or (b and c))'],
    ['a and b or c', '((a and b) or c)'],
    ['(a or b) and c', '((a or b) and c)'],
    ['not a and b', '(not a and b)'],
    ['not (a and b)', 'not (a and b)'],
    ['not(a) or not not b', '(not a or not not b)'],
    ['a and(b)or(c)', '((a and b) or c)'],
    ['proc.name=sh', 'proc.name = sh'],
    ['proc.name == sh', 'proc.name = sh'],
    ['fd.num>=0 and fd.num<=9', '(fd.num >= 0 and fd.num <= 9)'],
    ['evt.dir=<', 'evt.dir = <'],
    ['evt.dir = > and a', '(evt.dir = > and a)'],
    ['proc.name in (sh, "b a s h", \'x\')', 'proc.name in sh,b a s h,x'],
    ['proc.name in ()', 'proc.name in'],
    ['proc.name in shells', 'proc.name in shells'],
    ['fd.name pmatch (/etc, "/var/x")', 'fd.name pmatch /etc,/var/x'],
    ['proc.aname[2] startswith run', 'proc.aname[2] startswith run'],
    ['proc.env[LD_PRELOAD] exists', 'proc.env[LD_PRELOAD] exists'],
    ['container.label["a b.c/d"] = x', 'container.label[a b.c/d] = x'],
    ['container.mount.dest[/proc*] exists', 'container.mount.dest[/proc*] exists'],
    ['proc.args contains "say \\"hi\\" \\\\ \\n."', 'proc.args contains say "hi" \\ \n.'],
    ['fd.name regex "/home/[^/]+/\\.ssh/.*"', 'fd.name regex /home/[^/]+/\\.ssh/.*'],
    ['fd.name regex /tmp/x+', 'fd.name regex /tmp/x+'],
    ['tolower(proc.name) = bash', 'tolower(proc.name) = bash'],
    ['tolower( basename(proc.exepath) ) in (sh, bash)', 'tolower(basename(proc.exepath)) in sh,bash'],
    ['not len(proc.aname[2])>3', 'not len(proc.aname[2]) > 3'],
    ['b64(proc.env[A]) exists', 'b64(proc.env[A]) exists'],
    ['tolower(proc.name) = tolower(proc.pname)', 'tolower(proc.name) = tolower(proc.pname)'],
    ['proc.name in val(proc.aname)', 'proc.name in proc.aname'],
    ['fd.name = concat("/", basename(proc.exepath))', "fd.name = '/'+basename(proc.exepath)"],
    ['proc.name = tolower', 'proc.name = tolower'],
    ['evt.arg[flags] contains O_TRUNC', 'evt.arg.flags contains O_TRUNC'],
    ['evt.arg[1] = x', 'evt.arg[1] = x'],
    ['tolower and x', '(tolower and x)'],
    ['proc.name startswith anyof (ssh, "su do") and x', '(proc.name startswith anyof ssh,su do and x)'],
    ['proc.name != allof(a,b)', 'proc.name != allof a,b'],
    ['proc.name = oneof and x', '(proc.name = oneof and x)'],
    ['fd.name glob /home/*/[a-z]?', 'fd.name glob /home/*/[a-z]?'],
    ['proc.vpid = val(proc.pid)', 'proc.vpid = proc.pid'],
    ['fd.name startswith concat("/proc/", proc.vpid, "/")', "fd.name startswith '/proc/'+proc.vpid+'/'"],
    ['proc.name = val', 'proc.name = val'],
    ['order_1 and nothing', '(order_1 and nothing)'],
  ])('reads %s', (text, written) => {
    expect(write(parse(text))).toBe(written);
  });
});

describe('errors', () => {
  it.each([
    ['', 1, 'empty'],
    ['  ', 3, 'empty'],
    ['a and', 6, 'expected a field, a macro, "not" or "(", found the end'],
    ['a b', 3, 'expected "and", "or" or the end of the condition, found "b"'],
    ['(a or b', 8, 'expected ")", "and" or "or", found the end'],
    ['a)', 2, 'found ")"'],
    ['and a', 1, 'found "and"'],
    ['proc.name sh', 11, 'expected an operator behind proc.name, found "sh"'],
    ['proc.name = ', 13, 'expected a value, found the end'],
    ['proc.name in (a b)', 17, 'expected "," or ")" in the list, found "b"'],
    ['proc.name in (a,)', 17, 'expected a value, found ")"'],
    ['proc.name = "abc', 13, 'not closed'],
    ['proc.aname[2 = x', 11, 'has no end'],
    ['proc.aname[] = x', 11, 'no text'],
    ['name = x', 1, '"name" is no field'],
    ['proc.vpid = val(3)', 17, 'val() takes a field, found "3"'],
    ['proc.vpid = val(proc.pid', 25, 'expected ")"'],
    ['a and !b', 7, 'found "!b"'],
    ['tolower(3) = x', 9, 'tolower() takes a field, found "3"'],
    ['tolower(proc.name = x', 19, 'expected ")" behind tolower('],
    ['lower(proc.name) = x', 1, 'there is no lower(): use one of tolower, toupper'],
    ['val(proc.name) = x', 1, 'val() stands on the right side'],
    ['a and concat("a", proc.name) = x', 7, 'concat() stands on the right side'],
    ['proc.name = len(x)', 17, 'len() takes a field, found "x"'],
    [`${'len('.repeat(9)}proc.name${')'.repeat(9)} = 3`, 37, 'nested 8 deep'],
  ])('places what is wrong in %j', (text, column, message) => {
    const place = expect.objectContaining({ code: 'RULE_SYNTAX', position: { file: 'f', line: 1, column } });
    expect(() => parse(text)).toThrow(RuleError);
    expect(() => parse(text)).toThrow(place);
    expect(() => parse(text)).toThrow(message);
  });

  it('refuses nesting that would exhaust the stack', () => {
    expect(() => parse(`${'('.repeat(5000)}a${')'.repeat(5000)}`)).toThrow('nested 100 deep');
    expect(() => parse(`${'not '.repeat(5000)}a`)).toThrow('nested 100 deep');
  });
});
