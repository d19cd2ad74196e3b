import { isObject, objectAt, textAt } from '../../read-capped.ts';

/** What of the life of a container or image changes what is known about containers. */
export type EngineEvent =
  | { readonly what: 'changed'; readonly id: string; readonly name: string; readonly image: string }
  | { readonly what: 'gone'; readonly id: string }
  | { readonly what: 'image'; readonly id: string; readonly reference: string }
  | { readonly what: 'other' };

const CONTAINER_ID = /^[0-9a-f]{64}$/;
const CHANGES = new Set(['create', 'start', 'rename', 'update', 'die']);
/** Docker says destroy, podman remove. */
const ENDS = new Set(['destroy', 'remove']);
const OTHER = { what: 'other' } as const;

/**
 * Reads one line of `/events`.
 * @returns undefined when it is no event: not JSON, or without the members that every event has
 */
export function parseEvent(line: string): EngineEvent | undefined {
  const json = jsonObject(line);
  const type = textAt(json, 'Type');
  const action = textAt(json, 'Action');
  if (type === '' || action === '') return undefined;
  const actor = objectAt(json, 'Actor');
  const attributes = objectAt(actor, 'Attributes');
  const id = textAt(actor, 'ID');
  if (type === 'image') return { what: 'image', id, reference: textAt(attributes, 'name') };
  if (type !== 'container' || !(CHANGES.has(action) || ENDS.has(action))) return OTHER;
  if (!CONTAINER_ID.test(id)) return undefined;
  if (ENDS.has(action)) return { what: 'gone', id };
  return { what: 'changed', id, name: textAt(attributes, 'name'), image: textAt(attributes, 'image') };
}

function jsonObject(line: string) {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : {};
  } catch {
    // The caller counts a line without the members of an event, whatever it is instead.
    return {};
  }
}
