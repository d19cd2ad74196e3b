import type { ModelInfo, PicketClient } from '@picket/sdk/client';
import { CliError } from '../../errors.ts';
import { shortDigest } from './columns.ts';

const ID = /^[0-9a-f]{16}$/;
const MOST = 200;

/**
 * The id of a workload that is named by its id, its key, or text that no other key has; behind an @ may stand the beginning of
 * the digest.
 * @throws CliError WORKLOAD_UNKNOWN naming those that fit
 */
export async function findWorkload(client: PicketClient, name: string, signal: AbortSignal): Promise<string> {
  if (ID.test(name)) return name;
  const at = name.lastIndexOf('@');
  const [key, digest] = at < 0 ? [name, ''] : [name.slice(0, at), name.slice(at + 1)];
  if (key === '') throw unknown(`${name} names no workload`);
  const { items } = await client.models.list({ q: key, limit: MOST }, { signal });
  const fits = items.filter((one) => one.key.toLowerCase().includes(key.toLowerCase()) && hasDigest(one, digest));
  const exact = fits.filter((one) => one.key === key);
  const found = exact.length > 0 ? exact : fits;
  if (found.length === 1 && found[0]) return found[0].id;
  if (found.length === 0)
    throw unknown(`no workload has ${name} in its name, or the token may not see it: picket models list`);
  const shown = found.slice(0, 5).map((one) => `${one.id} (${one.key}@${shortDigest(one.digest)})`);
  const more = found.length > shown.length ? ` and ${found.length - shown.length} more` : '';
  throw unknown(`${name} fits ${found.length} workloads: name one by its id, ${shown.join(', ')}${more}`);
}

const hasDigest = ({ digest }: ModelInfo, beginning: string): boolean =>
  digest.startsWith(beginning) || digest.startsWith(`sha256:${beginning}`);

const unknown = (message: string) => new CliError('WORKLOAD_UNKNOWN', message);
