import type { Accounts } from '../../types.ts';
import { emptyContainer, type MutableContainer } from './container-table.ts';

/** What containers of older checkpoints do not have; it comes with the next snapshot of the agent. */
const ADDED = new Set(['livenessProbe', 'readinessProbe', 'users', 'groups']);

/** Containers as parsed JSON, checked against the shape of an empty one. Throws a plain error with the reason. */
export function readContainers(value: unknown): MutableContainer[] {
  if (!Array.isArray(value)) throw new TypeError('the containers are missing');
  return value.map((saved: unknown) => {
    const fields = (saved ?? {}) as Record<string, unknown>;
    const container = emptyContainer(0, 0, '');
    for (const [name, model] of Object.entries(container)) {
      const given = fields[name];
      if (given === undefined && ADDED.has(name)) continue;
      const same = Array.isArray(model) ? isTexts(given) : typeof given === typeof model;
      if (!same) throw new TypeError(`a container has no ${name}`);
    }
    return Object.assign(container, fields);
  });
}

/** Users and groups of the node as parsed JSON. Throws a plain error with the reason. */
export function readAccounts(value: unknown): Accounts {
  const { users, groups } = (value ?? {}) as Partial<Record<string, unknown>>;
  if (!isTexts(users) || !isTexts(groups)) throw new TypeError('the users of the node are not such');
  return { users, groups };
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');
