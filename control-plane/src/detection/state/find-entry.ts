import type { ProcessNode } from './process-node.ts';

/** What a record proves about the parent that it names. */
export type ParentProof = 'maker' | 'current';

/**
 * Finds out through which process the line of a process came into its container, and writes it into the node; leaves it
 * unknown where what is seen allows two answers.
 *
 * The process that made it (`maker`) hands its own on, for good: a process whose parent dies is given to the first
 * process of its pid name space, or to a subreaper above it, and must not change sides by that. A parent that is only
 * the present one (`current`) may have adopted it. A subreaper is an ancestor, so its answer is right; the first process
 * of the name space proves nothing unless both are in one session, since whoever enters from outside can not join that.
 *
 * @param parent undefined when the tree does not know it
 * @param leader first process of its session, where the tree knows it
 */
export function findEntry(
  node: ProcessNode,
  parent: ProcessNode | undefined,
  proof: ParentProof,
  leader: ProcessNode | undefined,
): void {
  if (node.slot === 0) return;
  const within = parent !== undefined && node.inContainerOf(parent);
  if (within && proof === 'maker' && !crossesPids(parent, node)) node.enterWith(parent);
  else if (within && proof === 'current' && (parent.vpid !== 1 || parent.sid === node.sid)) node.enterWith(parent);
  else if (within ? proof === 'maker' : cameFromOutside(node, parent, proof)) node.enter();
  else if (leader && leader !== node && leader.inContainerOf(node)) node.enterWith(leader);
}

/** A helper of the runtime, with the process ids of the host, makes the first process with those of the container. */
const crossesPids = (maker: ProcessNode, child: ProcessNode) => maker.vpid === maker.pid && child.vpid !== child.pid;

/**
 * Runtimes begin a session for what they start; a session that can not be seen from the pid name space was begun outside
 * of it. With the process ids of the host neither says anything: orphans are given to processes outside there.
 */
function cameFromOutside(node: ProcessNode, parent: ProcessNode | undefined, proof: ParentProof): boolean {
  if (parent && proof === 'maker') return true;
  if (node.vpid === 0 || node.vpid === node.pid) return false;
  return node.vpid === 1 || node.sid === node.pid || (node.sid !== 0 && node.vsid === 0);
}
