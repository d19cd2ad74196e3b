import { PERMISSIONS, type Permission, ROLES, type Role } from '@picket/sdk/client';

/** What each role may do. Sets, not a ladder: an author uploads detectors and triages nothing. */
const GRANTS: Record<Role, readonly Permission[]> = {
  viewer: ['read'],
  analyst: ['read', 'triage', 'exceptions.propose'],
  author: ['read', 'detectors.upload', 'detectors.shadow'],
  operator: [
    'read',
    'audit.read',
    'triage',
    'exceptions.propose',
    'exceptions.accept',
    'rules.write',
    'detectors.shadow',
    'detectors.activate',
    'models.write',
    'responses.approve',
  ],
  admin: PERMISSIONS,
};

export const permissionsOf = (role: Role): readonly Permission[] => GRANTS[role];

/** Whether somebody with `own` permissions may hand out a role: nobody gives more than they have. */
export const mayGrant = (own: readonly Permission[], role: Role): boolean =>
  GRANTS[role].every((permission) => own.includes(permission));

export const isRole = (text: string): text is Role => (ROLES as readonly string[]).includes(text);
