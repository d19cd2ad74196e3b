import { z } from '@hono/zod-openapi';
import { BehaviourStage, ModelId } from '@picket/sdk/client';
import type { Caller } from '../auth/caller.ts';
import { pageQuery } from '../route-parts.ts';
import type { BehaviourActor } from './behaviour-lifecycle.ts';

/** Who asks about behaviour. */
export const behaviourActor = ({ tokenId, permissions, scope }: Caller): BehaviourActor => ({
  id: tokenId,
  permissions,
  scope,
});

export const MODELS = '/api/v1/models';
export const PROFILES = '/api/v1/profiles';

/** Part of addresses. */
export const byId = z.object({ id: ModelId });

/** Query of lists of workloads. */
export const workloadQuery = z.strictObject({
  ...pageQuery,
  stage: BehaviourStage.optional(),
  q: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .openapi({ description: 'Text that key, digest or image contains, in any case' }),
});

/** A JSON body with an example for the reference. */
export const body = <T extends z.ZodType>(schema: T, example: z.input<T>) => ({
  required: true,
  content: { 'application/json': { schema, example } },
});
