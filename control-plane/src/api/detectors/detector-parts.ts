import { z } from '@hono/zod-openapi';
import { DetectorName, VersionRef } from '@picket/sdk/client';
import type { Caller } from '../auth/caller.ts';
import type { DetectorActor } from './detector-lifecycle.ts';

/** Who asks about detectors. */
export const detectorActor = ({ tokenId, permissions, scope }: Caller): DetectorActor => ({
  id: tokenId,
  permissions,
  scope,
});

export const DETECTORS = '/api/v1/detectors';
export const tags = ['Detectors'];

/** Parts of addresses. */
export const byName = z.object({ name: DetectorName });
export const byVersion = z.object({ name: DetectorName, version: VersionRef });

/** A JSON body with an example for the reference. */
export const body = <T extends z.ZodType>(schema: T, example: z.input<T>) => ({
  required: true,
  content: { 'application/json': { schema, example } },
});
