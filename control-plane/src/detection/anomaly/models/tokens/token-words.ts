/** What tokens of a class are called: one, and many. */
const WORDS: Readonly<Record<string, readonly [one: string, many: string]>> = {
  x: ['program', 'programs'],
  l: ['start of a program by another', 'starts of programs'],
  a: ['command line', 'command lines'],
  r: ['file read', 'files'],
  w: ['file written', 'files written'],
  m: ['change of a file', 'changes of files'],
  c: ['peer', 'peers'],
  p: ['remote port', 'remote ports'],
  i: ['listening port', 'listening ports'],
  n: ['port with connections', 'ports'],
  d: ['DNS name', 'DNS names'],
  u: ['unix socket', 'unix sockets'],
  s: ['system call', 'system calls'],
  k: ['notable system call', 'notable system calls'],
  e: ['capability', 'capabilities'],
  U: ['user', 'users'],
  b: ['value that a rule asks for', 'values'],
};

/** Known tokens that are named; more are counted. */
const NAMED = 3;

export const wordsOf = (name: string): readonly [one: string, many: string] => WORDS[name] ?? ['act', 'acts'];

/** "a, b, c and 4 more" */
export function listText(texts: readonly string[], most = NAMED): string {
  const named = texts.slice(0, most).join(', ');
  return texts.length > most ? `${named} and ${texts.length - most} more` : named;
}

/** "known: db:5432, cache:6379", or their number. */
export function knownText(known: readonly string[], many: string): string {
  if (known.length === 0) return `no ${many} known`;
  return known.length <= NAMED ? `known: ${known.join(', ')}` : `${known.length} ${many} known`;
}
