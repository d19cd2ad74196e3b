import { KINDS } from '@picket/sdk';

/** Handlers by name: the kind of event that each is called for, none for those that are called for all. */
const HANDLERS: ReadonlyMap<string, string | undefined> = new Map([
  ...KINDS.map(({ name }): [string, string] => [handlerName(name), name]),
  ...['onInit', 'onEvent', 'onContainer', 'onBatch', 'onTick'].map((name): [string, undefined] => [name, undefined]),
]);

/** `net.connect` is given to `onNetConnect`. */
function handlerName(kind: string): string {
  return `on${kind.replace(/(^|[._])([a-z])/g, (_all, _dot, letter: string) => letter.toUpperCase())}`;
}

/**
 * What compiles and never finds anything: handlers in `main.ts` that are never called, by a slip in their name or since
 * the manifest does not ask for their kind.
 * @param main text of `main.ts`
 * @param kinds those of the manifest
 */
export function handlerNotes(main: string, kinds: readonly string[]): string[] {
  const exported = [...main.matchAll(/^export function (on[A-Z]\w*)/gm)].map(([, name = '']) => name);
  return exported.flatMap((name) => {
    if (!HANDLERS.has(name)) return [`nothing calls ${name}: handlers are named after kinds, as onNetConnect`];
    const kind = HANDLERS.get(name);
    if (kind === undefined || kinds.includes(kind)) return [];
    return [`${name} is never called: manifest.yaml does not name ${kind} under kinds`];
  });
}
