import { expect, test } from 'vitest';
import { formatUuid, uuid5 } from './uuid5.ts';

test('makes the version 5 UUID of RFC 9562, appendix A.4', () => {
  const dns = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
  expect(uuid5(dns, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
});

test('formats 16 bytes, and fewer with zeros at the end', () => {
  expect(formatUuid(Uint8Array.from({ length: 16 }, (_, i) => i))).toBe('00010203-0405-0607-0809-0a0b0c0d0e0f');
  expect(formatUuid(new Uint8Array([255]))).toBe('ff000000-0000-0000-0000-000000000000');
});
