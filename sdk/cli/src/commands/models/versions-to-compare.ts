import type { ModelVersionInfo } from '@picket/sdk/client';
import { CliError } from '../../errors.ts';

/**
 * The two versions that were named; without names the one that scores, and the newest other one.
 * @param list the newest first
 */
export async function versionsToCompare(
  named: readonly string[],
  list: () => Promise<readonly ModelVersionInfo[]>,
): Promise<[a: string, b: string]> {
  const [a, b] = named;
  if (a !== undefined && b !== undefined) return [a, b];
  if (a !== undefined)
    throw new CliError('USAGE', 'name two versions, or none: the one that scores and the newest other one');
  const versions = await list();
  const active = versions.find((version) => version.active);
  const other = versions.find((version) => version !== active);
  if (!active || !other)
    throw new CliError('USAGE', 'there are no two versions to compare yet: picket models show tells them');
  // the earlier one first
  return versions.indexOf(active) > versions.indexOf(other) ? [active.id, other.id] : [other.id, active.id];
}
