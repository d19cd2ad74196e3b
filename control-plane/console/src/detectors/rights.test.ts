import type { DetectorInfo, Permission, WhoAmI } from '@picket/sdk/client';
import { expect, it } from 'vitest';
import { detectorRights, NO_RIGHTS, versionActs } from './rights.ts';

const user = (id: string, ...permissions: Permission[]): WhoAmI => ({
  via: 'session',
  token_id: id,
  name: id,
  role: 'author',
  permissions: ['read', ...permissions],
  namespaces: null,
  expires: null,
});
const staged = { id: 'a'.repeat(64), version: '1.0.0', blocked: null };
const detector = (active: boolean): DetectorInfo => ({
  name: 'scan',
  summary: 'Scans.',
  owner: 'ann',
  namespaces: null,
  paused: false,
  stages: { shadow: null, canary: null, active: active ? staged : null },
  grants: { capabilities: ['observe'], own: false },
  versions: 1,
  created: '2026-01-05T10:00:00.000Z',
  changed: '2026-01-05T10:00:00.000Z',
});

it('lets nobody change anything who may only read', () => {
  expect(detectorRights(user('ann'), detector(false))).toEqual(NO_RIGHTS);
  expect(detectorRights(null, detector(false))).toEqual(NO_RIGHTS);
  expect(versionActs(NO_RIGHTS, 'shadow')).toEqual([]);
  expect(versionActs(NO_RIGHTS, 'none')).toEqual([]);
});

it('lets an author do with their own what alerts nobody', () => {
  const own = detectorRights(user('ann', 'detectors.shadow'), detector(false));
  expect(own).toEqual({ shadow: true, activate: false, remove: true });
  expect(versionActs(own, 'none')).toEqual(['shadow', 'deleteVersion']);
  expect(versionActs(own, 'shadow')).toEqual(['deleteVersion']);
  expect(versionActs(own, 'active')).toEqual([]);
  expect(detectorRights(user('ann', 'detectors.shadow'), detector(true)).remove).toBe(false);
  expect(detectorRights(user('bob', 'detectors.shadow'), detector(false))).toEqual(NO_RIGHTS);
});

it('lets an operator promote, also what belongs to others', () => {
  const rights = detectorRights(user('bob', 'detectors.shadow', 'detectors.activate'), detector(true));
  expect(rights).toEqual({ shadow: true, activate: true, remove: true });
  expect(versionActs(rights, 'shadow')).toEqual(['active', 'canary', 'deleteVersion']);
  expect(versionActs(rights, 'canary')).toEqual(['active', 'canary', 'shadow']);
  expect(versionActs(rights, 'active')).toEqual(['shadow']);
});
