/** A stretch of ids of a user name space, and what the agent calls them. */
interface Range {
  readonly inside: number;
  readonly outside: number;
  readonly count: number;
}

/** Ids of a user name space as the agent sees them. */
export type IdMap = readonly Range[];

/** Reads uid_map or gid_map, see user_namespaces(7). What is no line of one is left out. */
export function parseIdMap(text: string): IdMap {
  return text.split('\n').flatMap((line) => {
    const words = line.trim().split(/\s+/);
    if (words.length !== 3 || !words.every((word) => /^\d{1,10}$/.test(word))) return [];
    const [inside = 0, outside = 0, count = 0] = words.map(Number);
    return [{ inside, outside, count }];
  });
}

/** The id that events carry for an id of the name space; undefined when no process can have it. */
export function outsideId(map: IdMap, id: number): number | undefined {
  const range = map.find(({ inside, count }) => id >= inside && id - inside < count);
  return range && range.outside + (id - range.inside);
}
