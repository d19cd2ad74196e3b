import type { EventCursor } from '@picket/sdk';
import type { NodeView } from '../../types.ts';

/** Which events are looked at. */
export interface EventScope {
  /** The only nodes; null for all. */
  readonly nodes: readonly string[] | null;
  /** The only namespaces; null for all, events outside of containers too. */
  readonly namespaces: readonly string[] | null;
}

export const EVERYTHING: EventScope = { nodes: null, namespaces: null };

/** The namespaces that both allow; null for all. */
export function bothNamespaces(a: readonly string[] | null, b: readonly string[] | null): readonly string[] | null {
  if (a === null || b === null) return a ?? b;
  return a.filter((name) => b.includes(name));
}

/** Whether the current event is in one of the namespaces: a detector with such a scope sees the same ones. */
export function inNamespaces(
  namespaces: ReadonlySet<string> | undefined,
  cursor: EventCursor,
  view: NodeView,
): boolean {
  if (namespaces === undefined) return true;
  const container = view.containerOf(cursor);
  return container !== undefined && namespaces.has(container.podNamespace);
}
