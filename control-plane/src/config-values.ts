import { ControlPlaneError } from './errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * One of some words.
 * @param usual where nothing was said
 * @throws ControlPlaneError CONFIG_INVALID
 */
export function oneOf<T extends string>(env: Environment, name: string, values: readonly T[], usual: T): T {
  const text = env[name];
  if (!text) return usual;
  const found = values.find((value) => value === text);
  if (found) return found;
  throw invalid(name, text, `use one of ${values.join(', ')}`);
}

/** A value that can not be used. @param advice what to write instead */
export const invalid = (name: string, text: string, advice: string): ControlPlaneError =>
  new ControlPlaneError('CONFIG_INVALID', `${name} is "${text}": ${advice}`);
