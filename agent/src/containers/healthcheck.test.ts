import { expect, it } from 'vitest';
import { healthcheckText } from './healthcheck.ts';

it.each<[readonly unknown[], string]>([
  [[], ''],
  [['NONE'], 'NONE'],
  [['CMD', 'curl', '-f', 'http://localhost/'], 'curl -f http://localhost/'],
  [['CMD-SHELL', 'test -f /tmp/ok || exit 1'], '/bin/sh -c test -f /tmp/ok || exit 1'],
  [['CMD-SHELL'], ''],
  [['/check', '--fast'], '/check --fast'],
  [['CMD', 7], ''],
  [['CMD', 'x'.repeat(5000)], 'x'.repeat(1024)],
])('%j reads %j', (test, text) => {
  expect(healthcheckText(test)).toBe(text);
});
