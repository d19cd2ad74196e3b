import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root folder of the project. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What the commands take from the environment. */
export interface ScriptConfig {
  /** Data folder of `npm start`. */
  readonly data: string;
  /** Set when a NATS server that is not ours is to be used. */
  readonly natsUrl: string | undefined;
  /** Where the API listens, host:port. */
  readonly listen: string | undefined;
  /** Key of a NATS server that is not ours, used for every part. */
  readonly natsSeedFile: string | undefined;
  /** Handed on to the parts, unread. */
  readonly environment: Readonly<NodeJS.ProcessEnv>;
}

/** Reads the environment once. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): ScriptConfig {
  return {
    data: resolve(ROOT, environment.PICKET_DATA || '.picket'),
    natsUrl: environment.NATS_URL || undefined,
    listen: environment.PICKET_LISTEN || undefined,
    natsSeedFile: environment.PICKET_NATS_SEED_FILE || undefined,
    environment,
  };
}
