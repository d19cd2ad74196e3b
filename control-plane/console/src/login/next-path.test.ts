import { expect, it } from 'vitest';
import { loginPath, nextPath } from './next-path.ts';

const next = (path: string) => nextPath(new URLSearchParams({ next: path }));

it('leads back to where the reader came from', () => {
  const path = '/alerts/018f3a2c?priority=Error&q=a%26b';
  expect(nextPath(new URLSearchParams(loginPath(path).split('?')[1]))).toBe(path);
  expect(loginPath('/alerts')).toBe('/login');
  expect(nextPath(new URLSearchParams())).toBe('/alerts');
});

it.each([
  'https://evil.example/',
  '//evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  'javascript:alert(1)',
  'alerts',
  '/login?next=/login',
])('does not lead to %j', (path) => {
  expect(next(path)).toBe('/alerts');
});
