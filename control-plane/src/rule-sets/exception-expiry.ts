import { EXCEPTION_LIMITS } from '@picket/sdk/client';
import { ControlPlaneError } from '../errors.ts';

const DAY_MS = 86_400_000;

/** @throws ControlPlaneError REQUEST_INVALID for an end that has passed or is too far away */
export function checkExpires(expires: string | undefined, now: number): void {
  if (expires === undefined) return;
  const end = Date.parse(expires);
  if (end > now && end <= now + EXCEPTION_LIMITS.days * DAY_MS) return;
  throw new ControlPlaneError(
    'REQUEST_INVALID',
    `expires must be in the future and within ${EXCEPTION_LIMITS.days} days: who needs it longer looks at it again then`,
  );
}
