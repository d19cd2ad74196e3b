import { z } from '@hono/zod-openapi';
import type { Permission } from '@picket/sdk/client';
import type { MiddlewareHandler } from 'hono';
import type { Authenticator } from './auth/authenticator.ts';
import type { ApiEnv } from './deps.ts';
import { ProblemDocument } from './schemas.ts';

/** Parts that the definitions of routes share. */

const PROBLEMS = {
  400: 'The request is not valid',
  401: 'No valid token or session',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Not possible in the present state',
  413: 'The body is too large',
  415: 'The body is not JSON',
  422: 'What was sent can not be used; `errors` tells every place',
  429: 'Too many failed attempts from this address',
  503: 'Something the API needs does not answer',
} as const;
type ProblemStatus = keyof typeof PROBLEMS;

/** Answers of a route that are problem documents. */
export function problems<S extends ProblemStatus>(...statuses: S[]) {
  const entries = statuses.map((status) => [
    status,
    { description: PROBLEMS[status], content: { 'application/problem+json': { schema: ProblemDocument } } },
  ]);
  return Object.fromEntries(entries) as Record<
    S,
    { description: string; content: { 'application/problem+json': { schema: typeof ProblemDocument } } }
  >;
}

/** A good answer with a JSON body. */
export const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});

interface Guard {
  middleware: [MiddlewareHandler<ApiEnv>];
  security: Record<string, string[]>[];
  'x-picket-permission': Permission;
}

/** Makes a route pass only callers with a permission, and says so in the reference. */
export const guarded = (authenticator: Authenticator, permission: Permission): Guard => ({
  middleware: [authenticator.requires(permission)],
  security: [{ token: [] }, { session: [] }],
  'x-picket-permission': permission,
});

/** Query parameters of a list. Names that are not known are refused, because a filter that is misspelt shows too much. */
export const pageQuery = {
  cursor: z.string().max(500).optional().openapi({ description: '`next` of the page before' }),
  limit: z.coerce.number().int().min(1).max(200).default(50).openapi({ description: 'Items on a page' }),
};

export const emptyQuery = z.strictObject({});
