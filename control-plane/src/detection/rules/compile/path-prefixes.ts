import { compileGlob, isPattern, type TextTest } from './glob.ts';

/**
 * Tests whether a path is one of the given files or lies below one of the given directories (`pmatch`). Components are
 * compared as a whole: /var/run does not match /var/running. A component with wildcards matches one component.
 */
export function compilePathPrefixes(prefixes: readonly string[]): TextTest {
  const plain: string[] = [];
  const patterns: (readonly TextTest[])[] = [];
  for (const prefix of prefixes) {
    const components = split(prefix);
    if (components.some(isPattern)) patterns.push(components.map((component) => compileGlob(component)));
    else plain.push(`/${components.join('/')}`);
  }
  const isUnder = plain.includes('/') ? () => true : compilePlain(plain);
  if (patterns.length === 0) return isUnder;
  return (path) => {
    if (isUnder(path)) return true;
    const components = split(path);
    return patterns.some(
      (tests) => tests.length <= components.length && tests.every((test, i) => test(components[i] as string)),
    );
  };
}

const split = (path: string): string[] => path.split('/').filter((component) => component !== '');

/** By the first two characters behind the slash few candidates are left, mostly none. */
function compilePlain(prefixes: readonly string[]): TextTest {
  const candidates = new Map<number, string[]>();
  for (const prefix of new Set(prefixes)) {
    const known = candidates.get(keyOf(prefix));
    if (known) known.push(prefix);
    else candidates.set(keyOf(prefix), [prefix]);
  }
  return (given) => {
    const path = given.includes('//') ? `/${split(given).join('/')}` : given;
    const near = candidates.get(keyOf(path));
    if (near === undefined) return false;
    for (const prefix of near)
      if (path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/')) return true;
    return false;
  };
}

/** NaN, as of a text that is too short, turns into 0. */
const keyOf = (path: string): number => (path.charCodeAt(1) << 16) | path.charCodeAt(2);
