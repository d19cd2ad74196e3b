import { isPattern } from '../rules/compile/glob.ts';
import type { Operator } from '../rules/language/syntax-tree.ts';
import type { Test } from '../rules/load/checked-condition.ts';
import type { OpenClass } from './open-class.ts';
import { nameScope, type PathScope, prefixScope, smallestScope, unionScopes } from './path-scope.ts';

type Reader = (operator: Operator, values: readonly string[], of: OpenClass) => PathScope;

/** The fields that tell the path of an open as the kernel compared it, or a part of it. */
const READERS: Readonly<Record<string, Reader>> = {
  'fd.name': ofPath,
  'fs.path.name': ofPath,
  'fd.directory': ofDirectory,
  'fd.filename': ofName,
};

/** Paths for which a test can be true; `everything` where it says nothing of the path, or in a way that is not understood. */
export function pathsPassing({ field, operator, values }: Test, of: OpenClass): PathScope {
  const read = Object.hasOwn(READERS, field.name) ? READERS[field.name] : undefined;
  if (!read) return 'everything';
  // of what is done to a path only its last component can be told from the path as the kernel has it
  const [first, ...more] = field.transformers ?? [];
  const isName = first?.name === 'basename' && more.length === 0 && read === ofPath;
  if (first && !isName) return 'everything';
  if (values.type === 'pattern')
    return isName || read !== ofPath ? 'everything' : prefixScope(values.pattern.start, false);
  if (values.type !== 'texts') return 'everything';
  return isName ? ofName(operator, values.values) : read(operator, values.values, of);
}

const union = (values: readonly string[], scopeOf: (value: string) => PathScope): PathScope =>
  unionScopes(values.map(scopeOf));

function ofPath(operator: Operator, values: readonly string[], of: OpenClass): PathScope {
  const [first = ''] = values;
  switch (operator) {
    case '=':
    case 'in':
    case 'intersects':
      return union(values, (value) => exactly(value));
    case 'startswith':
      return prefixScope(first, true);
    case 'bstartswith':
      return prefixScope(Buffer.from(first, 'hex').toString('utf8'), true);
    case 'endswith':
      return first.includes('/') ? nameScope(lastOf(first)) : 'everything';
    case 'glob':
      return smallestScope([prefixScope(literalStart(first), false), literalName(first)]);
    case 'pmatch':
      return union(values, (value) => under(value, of));
    default:
      return 'everything';
  }
}

/** Where a file lies is what its path begins with. */
function ofDirectory(operator: Operator, values: readonly string[], of: OpenClass): PathScope {
  const [first = ''] = values;
  switch (operator) {
    case '=':
    case 'in':
    case 'intersects':
      return union(values, (value) => prefixScope(value, true));
    case 'pmatch':
      return union(values, (value) => under(value, of));
    case 'startswith':
      return prefixScope(first, true);
    case 'glob':
      return prefixScope(literalStart(first), false);
    default:
      return 'everything';
  }
}

function ofName(operator: Operator, values: readonly string[]): PathScope {
  if (operator === '=' || operator === 'in' || operator === 'intersects') return union(values, nameScope);
  return operator === 'glob' && !isPattern(values[0] ?? '') ? nameScope(values[0] ?? '') : 'everything';
}

/** A file at the top of the tree is a place all the same. */
function exactly(path: string): PathScope {
  const scope = prefixScope(path, true);
  return typeof scope === 'string' ? scope : scope.map((entry) => ({ ...entry, named: true }));
}

/**
 * Files and folders below, see compilePathPrefixes. A path as it was asked for may have doubled slashes, or lack the
 * first one, and is compared without them; one of the kernel never does, but for the names of files without a folder.
 */
function under(value: string, of: OpenClass): PathScope {
  const parts = value.split('/').filter((part) => part !== '');
  const from = parts.findIndex(isPattern);
  const literal = from < 0 ? parts : [...parts.slice(0, from), literalStart(parts[from] ?? '')];
  const prefix = `/${literal.join('/')}`;
  const scopes = [prefixScope(prefix, from < 0)];
  if (prefix.startsWith('/memfd:')) scopes.push(prefixScope('/memfd:', false));
  if (of !== 'failed') return unionScopes(scopes);
  scopes.push(prefixScope(literal[0] ?? '', false), prefixScope('//', false));
  for (let i = 1; i < literal.length; i++) scopes.push(prefixScope(`/${literal.slice(0, i).join('/')}//`, false));
  return unionScopes(scopes);
}

const lastOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** What every text begins with that a pattern accepts. */
const literalStart = (pattern: string): string => /^[^*?[\\]*/.exec(pattern)?.[0] ?? '';

/** The last component that every path has that a pattern accepts, when it spells one out. */
function literalName(pattern: string): PathScope {
  const name = lastOf(pattern);
  // a closing bracket may end a set that began, with a slash in it, before the name
  return pattern.includes('/') && !isPattern(name) && !name.includes(']') ? nameScope(name) : 'everything';
}
