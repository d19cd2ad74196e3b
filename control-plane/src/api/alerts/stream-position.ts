import { ControlPlaneError } from '../../errors.ts';

/** Position in the live stream: the change number, with the id of the store it counts in. */
export const formatPosition = (storeId: string, change: number): string => `${storeId}-${change}`;

/**
 * The change number of a position.
 * @returns undefined when it belongs to another store, or to a future this store does not know
 * @throws ControlPlaneError REQUEST_INVALID when it is no position at all
 */
export function parsePosition(text: string, storeId: string, lastChange: number): number | undefined {
  const parts = /^([0-9a-f]{1,32})-(\d{1,15})$/.exec(text);
  if (!parts)
    throw new ControlPlaneError('REQUEST_INVALID', 'the last event id is not one that the stream or a list gave');
  const change = Number(parts[2]);
  return parts[1] === storeId && change <= lastChange ? change : undefined;
}
