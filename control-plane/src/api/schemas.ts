import { z } from '@hono/zod-openapi';
import { Alert } from '@picket/sdk';
import { AlertPage, Problem } from '@picket/sdk/client';

/**
 * Schemas of the SDK under a name in the reference. Copies, because only schemas that are made after the OpenAPI
 * package was loaded can have one.
 */
export const AlertDocument = Alert.extend({}).openapi('Alert');
export const AlertPageDocument = AlertPage.extend({ items: z.array(AlertDocument) });
export const ProblemDocument = Problem.extend({}).openapi('Problem');
