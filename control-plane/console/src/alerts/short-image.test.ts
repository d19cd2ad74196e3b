import { expect, it } from 'vitest';
import { shortImage } from './short-image.ts';

it.each([
  ['nginx', 'nginx'],
  ['docker.io/library/nginx:1.29.4', 'nginx:1.29.4'],
  ['localhost:5000/a/b:v2', 'b:v2'],
  ['registry.internal/api@sha256:9f2c41d7e8aabbcc', 'api@9f2c41d'],
  ['registry.internal/api:v1@sha256:9f2c41d7e8aabbcc', 'api:v1@9f2c41d'],
  ['sha256:9f2c41d7', 'sha256:9f2c41d7'],
])('shortens %s', (image, short) => {
  expect(shortImage(image)).toBe(short);
});
