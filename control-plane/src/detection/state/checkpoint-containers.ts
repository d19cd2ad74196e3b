import { emptyContainer, type MutableContainer } from './container-table.ts';

/** Containers as parsed JSON, checked against the shape of an empty one. Throws a plain error with the reason. */
export function readContainers(value: unknown): MutableContainer[] {
  if (!Array.isArray(value)) throw new TypeError('the containers are missing');
  return value.map((saved: unknown) => {
    const fields = (saved ?? {}) as Record<string, unknown>;
    const container = emptyContainer(0, 0, '');
    for (const [name, model] of Object.entries(container)) {
      const given = fields[name];
      const same = Array.isArray(model)
        ? Array.isArray(given) && given.every((item) => typeof item === 'string')
        : typeof given === typeof model;
      if (!same) throw new TypeError(`a container has no ${name}`);
    }
    return Object.assign(container, fields);
  });
}
