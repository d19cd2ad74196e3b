import { PicketApiError } from '@picket/sdk/client';
import { expect, it } from 'vitest';
import { isFinal, isSignedOut, retryDelay } from './request-errors.ts';

const error = (status: number, code = 'SOME', retryAfter?: number) =>
  new PicketApiError(code, 'detail', { status, title: 'title', retryAfter });

it('tells refusals from what heals by itself', () => {
  for (const status of [400, 401, 403, 404]) expect(isFinal(error(status)), String(status)).toBe(true);
  for (const status of [0, 408, 429, 500, 503]) expect(isFinal(error(status)), String(status)).toBe(false);
  expect(isFinal(error(200, 'RESPONSE_INVALID'))).toBe(true);
  expect(isFinal(new TypeError('failed to fetch'))).toBe(false);
});

it('knows a session that has ended', () => {
  expect(isSignedOut(error(401))).toBe(true);
  expect(isSignedOut(error(403))).toBe(false);
  expect(isSignedOut(new Error('401'))).toBe(false);
});

it('waits as long as the server asks', () => {
  expect(retryDelay(error(503, 'SOME', 7))).toBe(7);
  expect(retryDelay(error(0))).toBe(0);
  expect(retryDelay(error(403))).toBe(Number.POSITIVE_INFINITY);
  expect(retryDelay(undefined)).toBe(0);
});
