import { expect, test } from 'vitest';
import { namespaceOf } from './namespace-of.ts';

test.each([
  ['shop/Deployment/web/web/docker.io/library/nginx', 'shop'],
  ['shop/CronJob/dump/dump/postgres', 'shop'],
  ['web/docker.io/library/nginx', null],
  ['web/nginx', null],
  ['Shop/Deployment/web', null],
  ['shop', null],
  ['', null],
])('the namespace of %s is %s', (key, namespace) => {
  expect(namespaceOf(key)).toBe(namespace);
});
