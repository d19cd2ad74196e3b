/** A compiled pattern; its time grows with pattern times text at most, whatever an author writes. */
export interface Glob {
  test(text: string): boolean;
}

const STAR = 1;
const ANY = 2;
const SLASH = 47;
/** Above the codes of characters: these places stand for many. */
const MANY = 0x10000;

/** `*` stands for any part of a name, `**` for any text; nothing else is special. */
export function compileGlob(pattern: string): Glob {
  const places = placesOf(pattern);
  const literal = places.findIndex((place) => place >= MANY);
  if (literal < 0) return { test: (text) => text === pattern };
  const prefix = pattern.slice(0, literal);
  return { test: (text) => text.startsWith(prefix) && matches(places, text, literal) };
}

/** Codes of characters, or `MANY` and which star. */
function placesOf(pattern: string): number[] {
  const places: number[] = [];
  for (const part of pattern.split(/(\*+)/))
    if (part.startsWith('*')) places.push(MANY + (part.length > 1 ? ANY : STAR));
    else for (let i = 0; i < part.length; i++) places.push(part.charCodeAt(i));
  return places;
}

/** Walks through the text with all places of the pattern that can be reached at once. */
function matches(places: readonly number[], text: string, begin: number): boolean {
  const end = places.length;
  let at = new Uint8Array(end + 1);
  let next = new Uint8Array(end + 1);
  reach(places, at, begin);
  for (let i = begin; i < text.length; i++) {
    const code = text.charCodeAt(i);
    let isAlive = false;
    for (let place = begin; place < end; place++) {
      if (at[place] === 0) continue;
      const want = places[place] as number;
      if (want === code) reach(places, next, place + 1);
      else if (want === MANY + ANY || (want === MANY + STAR && code !== SLASH)) reach(places, next, place);
      else continue;
      isAlive = true;
    }
    if (!isAlive) return false;
    [at, next] = [next, at.fill(0)];
  }
  return at[end] === 1;
}

/** Marks a place, and those behind stars that stand for nothing. */
function reach(places: readonly number[], marks: Uint8Array, from: number): void {
  let place = from;
  while (marks[place] === 0) {
    marks[place] = 1;
    if ((places[place] ?? 0) < MANY) return;
    place++;
  }
}
