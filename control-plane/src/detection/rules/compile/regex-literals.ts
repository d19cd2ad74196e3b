/** Texts that every match of a pattern has. Empty where none is known for sure. */
export interface RegexLiterals {
  /** What every match begins with. */
  readonly start: string;
  /** The longest text that every match has somewhere behind that. */
  readonly inner: string;
}

const NONE: RegexLiterals = { start: '', inner: '' };
/** Escapes that stand for one character or none, and swallow nothing that follows. */
const SIMPLE_ESCAPE = /^[dDsSwWbBAztnrfv]$/;
const REPEAT = /\{\d+(,\d*)?\}/y;
/** Sets with POSIX names in them have brackets within brackets. */
const SET = /\[\^?\]?(?:\[:\^?[a-z]+:\]|\\[\s\S]|[^\]\\])*\]/y;

/**
 * Finds literal texts of an RE2 pattern that is matched as a whole, to rule most texts out without the engine. Knows what
 * stands outside of groups only, and gives up where it meets something rare: an answer is never wrong, often empty.
 */
export function regexLiterals(pattern: string): RegexLiterals {
  const runs = literalRuns(pattern);
  if (!runs) return NONE;
  const [start = '', ...others] = runs;
  return { start, inner: others.reduce((best, run) => (run.length > best.length ? run : best), '') };
}

/** The literal texts in their order, the first one at the very beginning; undefined when one of them may be missing. */
function literalRuns(pattern: string): string[] | undefined {
  // flags change what the rest means
  if (/\(\?(?![:P<])/.test(pattern)) return undefined;
  const runs = [''];
  const lastAt = () => runs.length - 1;
  let i = 0;
  while (i < pattern.length) {
    const char = String.fromCodePoint(pattern.codePointAt(i) as number);
    const next = pattern[i + 1] ?? '';
    if (char === '|' || char === ')') return undefined;
    if (char === '(') {
      const end = endOfGroup(pattern, i);
      if (end === undefined) return undefined;
      i = end;
      runs.push('');
    } else if (char === '[') {
      const end = endOf(SET, pattern, i);
      if (end === undefined) return undefined;
      i = end;
      runs.push('');
    } else if ('*?+{'.includes(char)) {
      const end = char === '{' ? endOf(REPEAT, pattern, i) : i + 1;
      if (end === undefined) return undefined;
      // the last character may come any number of times
      runs[lastAt()] = withoutLast(runs[lastAt()] ?? '');
      runs.push('');
      i = end;
    } else if (char === '\\') {
      if (/[A-Za-z0-9]/.test(next) && !SIMPLE_ESCAPE.test(next)) return undefined;
      if (next === '' || next > '~') return undefined;
      if (SIMPLE_ESCAPE.test(next)) runs.push('');
      else runs[lastAt()] += next;
      i += 2;
    } else {
      if (char === '.' || char === '$' || (char === '^' && i > 0)) runs.push('');
      else if (char !== '^') runs[lastAt()] += char;
      i += char.length;
    }
  }
  return runs;
}

/** The place behind a group; groups in it are passed over with it. */
function endOfGroup(pattern: string, begin: number): number | undefined {
  let depth = 0;
  for (let i = begin; i < pattern.length; ) {
    const char = pattern[i] as string;
    if (char === '[') {
      const end = endOf(SET, pattern, i);
      if (end === undefined) return undefined;
      i = end;
      continue;
    }
    if (char === '\\') {
      // quoted text may hold brackets that are none
      if (pattern[i + 1] === 'Q') return undefined;
      i += 2;
      continue;
    }
    if (char === '(') depth++;
    if (char === ')' && --depth === 0) return i + 1;
    i++;
  }
  return undefined;
}

function endOf(what: RegExp, pattern: string, at: number): number | undefined {
  what.lastIndex = at;
  return what.test(pattern) ? what.lastIndex : undefined;
}

const withoutLast = (text: string): string => [...text].slice(0, -1).join('');
