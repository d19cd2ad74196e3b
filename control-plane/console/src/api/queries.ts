import type { ContainerInfo, NodeInfo, WhoAmI } from '@picket/sdk/client';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { client } from './client.ts';
import { keys } from './keys.ts';
import { isSignedOut } from './request-errors.ts';

/** Who is signed in; null when nobody is. */
export function useWhoami(): UseQueryResult<WhoAmI | null> {
  return useQuery({
    queryKey: keys.whoami,
    queryFn: ({ signal }) =>
      client.whoami({ signal }).catch((error: unknown) => {
        if (isSignedOut(error)) return null;
        throw error;
      }),
    staleTime: 60_000,
  });
}

export interface NodeSummary {
  readonly total: number;
  readonly reporting: number;
  /** Events lost on all nodes since their agents started. */
  readonly lost: number;
}

/** More nodes than this are not asked for: the header then counts what it knows. */
const MAX_NODE_PAGES = 20;

async function allNodes(signal: AbortSignal): Promise<NodeInfo[]> {
  const nodes: NodeInfo[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_NODE_PAGES; page++) {
    const answer = await client.nodes.list({ limit: 200, cursor }, { signal });
    nodes.push(...answer.items);
    if (answer.next === null) break;
    cursor = answer.next;
  }
  return nodes;
}

/** Sums over the nodes. */
export function summarizeNodes(nodes: readonly NodeInfo[]): NodeSummary {
  return {
    total: nodes.length,
    reporting: nodes.filter((node) => node.online).length,
    lost: nodes.flatMap((node) => node.lost).reduce((sum, loss) => sum + loss.count, 0),
  };
}

/** The nodes in a few numbers; nothing until they are known. */
export function useNodes(): NodeSummary | undefined {
  const query = useQuery({
    queryKey: keys.nodes,
    queryFn: ({ signal }) => allNodes(signal),
    select: summarizeNodes,
    refetchInterval: 10_000,
  });
  return query.data;
}

const sortedNames = (names: Iterable<string>): string[] => [...new Set(names)].filter(Boolean).sort();

/** Names to filter by: of the containers known now, and of those in the list, which may be gone. */
export function useContainerNames(listed: readonly string[]): string[] {
  const query = useQuery({
    queryKey: keys.containers,
    queryFn: ({ signal }) => client.containers.list({ limit: 200 }, { signal }),
    select: (page) => page.items.map((container: ContainerInfo) => container.name ?? container.id.slice(0, 12)),
    staleTime: 30_000,
  });
  return sortedNames([...(query.data ?? []), ...listed]);
}

/** Names to filter by: of the loaded rules, and of those in the list, which may come from other detectors. */
export function useRuleNames(listed: readonly string[]): string[] {
  const query = useQuery({
    queryKey: keys.rules,
    queryFn: ({ signal }) => client.rules.list({ signal }),
    select: (page) => page.items.map((rule) => rule.rule),
    staleTime: 60_000,
  });
  return sortedNames([...(query.data ?? []), ...listed]);
}
