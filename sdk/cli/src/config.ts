import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the command takes from the environment. */
export interface CliConfig {
  /** Data folder of the Picket on this machine. */
  readonly data: string;
  readonly natsUrl: string | undefined;
  /** File with the nkey seed for the bus. */
  readonly seedFile: string | undefined;
  /** Where `picket login` keeps address and token. */
  readonly loginFile: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));

export function readConfig(environment: Environment = process.env): CliConfig {
  const settings = environment.XDG_CONFIG_HOME || join(environment.HOME || homedir(), '.config');
  return {
    data: resolve(PROJECT, environment.PICKET_DATA || '.picket'),
    natsUrl: environment.NATS_URL || undefined,
    seedFile: environment.PICKET_NATS_SEED_FILE || undefined,
    loginFile: join(settings, 'picket', 'login.json'),
  };
}
