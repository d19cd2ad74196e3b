import { it } from 'vitest';
import { PACKAGES } from '../../scripts/setup/packages.ts';

/** Stories on a real engine. Where it can not run they are skipped, and their titles say why. */
export interface Stories {
  story(title: string, tell: () => Promise<void>): void;
  /** Why they are skipped; empty when they are not. */
  readonly skipped: string;
}

/** Where Debian puts programs, and where people do. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** @param packages Debian packages that the stories need */
export function storiesOn(...packages: readonly string[]): Stories {
  const skipped = whySkipped(packages);
  const story = (title: string, tell: () => Promise<void>) =>
    skipped === '' ? it(title, tell) : it.skip(`${title} (skipped: ${skipped})`, tell);
  return { story, skipped };
}

function whySkipped(packages: readonly string[]): string {
  if (process.getuid?.() !== 0) return 'engines need root';
  const missing = PACKAGES.test.filter(({ name, present }) => packages.includes(name) && !present(PATH));
  return missing.length === 0 ? '' : `not installed: ${missing.map(({ name }) => name).join(', ')}`;
}
