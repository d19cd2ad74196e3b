import type { z } from '@hono/zod-openapi';
import { ControlPlaneError } from '../../errors.ts';
import type { Caller } from '../auth/caller.ts';
import type { Actor } from './rule-lifecycle.ts';

/** Who changes rules. @throws ControlPlaneError AUTH_FORBIDDEN for a token with a scope: rules hold in every namespace */
export function actorOf({ scope, tokenId }: Caller): Actor {
  if (scope === null) return { id: tokenId };
  throw new ControlPlaneError('AUTH_FORBIDDEN', 'rules hold in every namespace: not for a token that sees only some');
}

/** A JSON body with an example for the reference. */
export const body = <T extends z.ZodType>(schema: T, example: z.input<T>) => ({
  required: true,
  content: { 'application/json': { schema, example } },
});
