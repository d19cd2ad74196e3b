import type { CanarySelector } from '../live-detector.ts';

/** Where an event was, as far as a canary asks. */
export interface CanaryPlace {
  readonly node: string;
  /** Empty outside of containers. */
  readonly containerId: string;
  readonly namespace: string;
  /** key=value */
  readonly labels: readonly string[];
}

/** Whether a canary alerts there. Everything that its selector gives must match. */
export function canaryMatches(selector: CanarySelector, place: CanaryPlace): boolean {
  const { nodes, namespaces, labels, percent } = selector;
  if (nodes && !nodes.includes(place.node)) return false;
  if (namespaces && !namespaces.includes(place.namespace)) return false;
  if (labels && !Object.entries(labels).every(([key, value]) => place.labels.includes(`${key}=${value}`))) return false;
  return percent === undefined || share(place.containerId || place.node) < percent;
}

/** A number from 0 to 100, always the same for a text: FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
function share(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return (hash % 10_000) / 100;
}
