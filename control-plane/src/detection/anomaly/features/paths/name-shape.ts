/**
 * What of a name stays when the same work is done again: numbers, dates, hashes and random letters become `*`. A name is
 * looked at piece by piece, as its separators part it.
 */

/** How much of a name is taken for fixed. */
export const NameTrust = {
  /** Of an image: only versions and hashes run. */
  image: 0,
  /** Of anybody: numbers run too. */
  usual: 1,
  /** Of a folder for temporary files: what is no plain word runs. */
  temporary: 2,
} as const;
export type NameTrust = (typeof NameTrust)[keyof typeof NameTrust];

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const PIECE = /[^\s._\-@,:+=~()[\]#%&!$'";{}*]+/g;
const DIGITS = /\d+/g;
const HEX = /^[0-9a-f]+$/i;
const ALL_DIGITS = /^\d+$/;
/** Words that have digits by nature. */
const NUMBERED =
  /^(?:x86|i[3-6]86|amd64|arm64|aarch64|utf8|utf16|latin1|sha(?:1|256|384|512)|md[45]|base(?:32|64)|ipv[46]|mp[34]|s3|k8s|http[23]|bz2|lz4|ed25519|iso8859|p12|ext[234]|f90|overlay2)$/i;
/** Endings of file names as `.m4`. */
const ENDING = /^[a-z]\d$/;
const PLAIN = /^(?:[A-Z]?[a-z]+|[A-Z]+)$/;
const RUNS = /[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[^A-Za-z0-9]+/g;
const VOWEL = /[aeiouyAEIOUY]/;
const CONSONANTS = /[bcdfghjklmnpqrstvwxz]{5,}/i;
const STARS = /\*(?:[.\-_:,+ ]*\*)+/g;

/** Longest name looked at; the rest of a longer one says nothing. */
const MOST = 255;
/** Random letters are told from words from this length on. */
const SHORTEST_RANDOM = 6;

/** The lasting part of a name, as `tmp.*` of `tmp.aB3x9Q`. */
export function shapeName(name: string, trust: NameTrust): string {
  const whole = (name.length > MOST ? name.slice(0, MOST) : name).replace(UUID, '*');
  const shaped = whole.replace(PIECE, (piece, at: number) => shapePiece(piece, trust, whole[at - 1] ?? ''));
  return shaped.includes('*') ? shaped.replace(STARS, '*') : shaped;
}

function shapePiece(piece: string, trust: NameTrust, before: string): string {
  // x86_64 and its like
  if (ALL_DIGITS.test(piece)) return piece === '64' && before === '_' ? piece : '*';
  if (isHash(piece)) return '*';
  if (trust === NameTrust.image) return piece;
  if (NUMBERED.test(piece) || (before === '.' && ENDING.test(piece))) return piece;
  if (trust === NameTrust.temporary) return isWord(piece) && !isMadeUp(piece, before) ? piece : '*';
  return isRandom(piece) ? '*' : piece.replace(DIGITS, '*');
}

/** As mkstemp and gcc make names: six letters at the end. */
const isMadeUp = (piece: string, before: string): boolean =>
  (piece.length === 6 && before !== '') || /^cc[A-Za-z]{6}$/.test(piece);

/** Whether a name is made of plain words and separators. */
export const isWordy = (name: string): boolean => (name.match(PIECE) ?? []).every(isWord);

/** Letters as a word has them: of one case, with vowels. */
function isWord(piece: string): boolean {
  if (!PLAIN.test(piece)) return NUMBERED.test(piece);
  return piece.length < 5 || (VOWEL.test(piece) && !CONSONANTS.test(piece));
}

/** Hex digits in such number that they are no word and no count. */
function isHash(piece: string): boolean {
  if (piece.length < 6 || !HEX.test(piece)) return false;
  const digits = piece.replace(/\D/g, '').length;
  return digits >= 2 || piece.length >= 16;
}

/** Whether a piece looks as if its letters were drawn by lot. */
function isRandom(piece: string): boolean {
  if (piece.length < SHORTEST_RANDOM) return false;
  if (!VOWEL.test(piece) && /[A-Za-z]{6}/.test(piece)) return true;
  if (PLAIN.test(piece)) return /[bcdfghjklmnpqrstvwxz]{6,}/.test(piece);
  if (/[A-Za-z]\d+[A-Za-z]/.test(piece) || isMixed(piece)) return true;
  const runs = piece.match(RUNS)?.length ?? 1;
  return piece.length / runs <= 2.5 || CONSONANTS.test(piece);
}

/** Small letters, capitals and digits in one, other than `Chapter12`. */
const isMixed = (piece: string): boolean =>
  /[a-z]/.test(piece) && /[A-Z]/.test(piece) && /\d/.test(piece) && !/^[A-Z]?[a-z]+\d+$/.test(piece);
