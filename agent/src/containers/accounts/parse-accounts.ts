import { type IdMap, outsideId } from './id-map.ts';

/** Entries of one file, each in the form that records carry. */
export interface Entries {
  readonly entries: readonly string[];
  /** There were more. */
  readonly cut: boolean;
}

const MOST_ENTRIES = 512;
const MOST_BYTES = 16_384;
/** Longer lines are nobody's: no name or path of an account is that long. */
const MOST_LINE = 1024;
/** (uid_t) -1, which no account can have. */
const NO_ID = 4_294_967_295;

/** Reads a passwd file, see passwd(5), into `uid:name:gid:home:shell`. The first line of an id counts, as for the C library. */
export function parseUsers(file: Buffer, uids: IdMap, gids: IdMap): Entries {
  return parse(file, (words) => {
    const [name = '', , uid = '', gid = '', , home = '', shell = ''] = words;
    const id = idOf(uid, uids);
    return words.length < 4 || id === undefined
      ? undefined
      : { id, text: `${id}:${name}:${idOf(gid, gids) ?? ''}:${home}:${shell}` };
  });
}

/** Reads a group file, see group(5), into `gid:name`. */
export function parseGroups(file: Buffer, gids: IdMap): Entries {
  return parse(file, ([name = '', , gid = '']) => {
    const id = idOf(gid, gids);
    return id === undefined ? undefined : { id, text: `${id}:${name}` };
  });
}

type Read = (words: readonly string[]) => { readonly id: number; readonly text: string } | undefined;

/** The container wrote this: what does not read as an entry is passed over, and nothing in it makes it grow. */
function parse(file: Buffer, read: Read): Entries {
  const known = new Set<number>();
  const entries: string[] = [];
  let bytes = 0;
  for (const line of linesOf(file)) {
    const entry = read(line.split(':'));
    if (!entry || known.has(entry.id)) continue;
    bytes += Buffer.byteLength(entry.text) + 1;
    if (entries.length >= MOST_ENTRIES || bytes > MOST_BYTES) return { entries, cut: true };
    known.add(entry.id);
    entries.push(entry.text);
  }
  return { entries, cut: false };
}

/** Names that begin with + or - are orders to look elsewhere (nsswitch), and those with a NUL would end in records. */
function* linesOf(file: Buffer): Generator<string> {
  for (const line of file.toString('utf8').split('\n')) {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (text.length <= MOST_LINE && /^[^:#+\-\s\0][^\0]*$/.test(text)) yield text;
  }
}

function idOf(text: string, map: IdMap): number | undefined {
  const id = /^\d{1,10}$/.test(text) ? Number(text) : NO_ID;
  return id < NO_ID ? outsideId(map, id) : undefined;
}
