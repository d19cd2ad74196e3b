import type { ProcessNode } from './process-node.ts';

/**
 * Which living processes are forgotten when there is no room: the oldest of the container that has the most, so that a
 * storm in one container costs the others nothing; those without children first, and entry processes last.
 * @param count how many at most; at least one comes back when there is any
 */
export function chooseLiving(nodes: Iterable<ProcessNode>, count: number): ProcessNode[] {
  const byContainer = new Map<number, ProcessNode[]>();
  for (const node of nodes) {
    const key = node.slot * 65_536 + node.generation;
    const members = byContainer.get(key);
    if (members) members.push(node);
    else byContainer.set(key, [node]);
  }
  let fullest: ProcessNode[] = [];
  for (const members of byContainer.values()) if (members.length > fullest.length) fullest = members;
  const leaves = fullest.filter((node) => node.children === 0 && node.pid !== node.entryPid);
  return (leaves.length > 0 ? leaves : fullest).slice(0, count);
}
