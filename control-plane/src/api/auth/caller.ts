import type { Permission, Role } from '@picket/sdk/client';
import type { Scope } from '../stores.ts';

/** Who sends a request. */
export interface Caller {
  readonly via: 'token' | 'session';
  readonly tokenId: string;
  readonly name: string;
  readonly role: Role;
  readonly permissions: readonly Permission[];
  readonly scope: Scope;
  /** When the token or the session ends, ms since 1970. */
  readonly expires: number | null;
}
