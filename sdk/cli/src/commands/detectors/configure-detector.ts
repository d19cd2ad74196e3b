import { readManifest } from '@picket/control-plane/detectors';
import type { DetectorConfig, DetectorVersion } from '@picket/sdk/client';
import { openApi } from '../../api/connection.ts';
import type { Arguments, Io } from '../../command.ts';
import type { CliConfig } from '../../config.ts';
import { CliError } from '../../errors.ts';
import { printable } from '../../printable.ts';
import { configValues } from './config-values.ts';
import { explained } from './explain-errors.ts';
import { stagedVersion } from './staged-version.ts';

/** Shows the configuration of a detector, or changes entries of it and leaves the others as they are. */
export async function configureDetector(config: CliConfig, args: Arguments, io: Io): Promise<number> {
  const [name = '', ...words] = args.positionals;
  const reset = args.flags.reset === true;
  const { client } = openApi(config, args);
  const options = { signal: io.signal };
  const reference = args.text.version ?? stagedVersion(await client.detectors.get(name, options));
  if (reference === undefined)
    throw new CliError('USAGE', `no version of ${name} is in a stage: name one with --version`);
  const version = await client.detectors.versions.get(name, reference, options);
  const manifest = readManifest(version.manifest);
  if (words.length === 0 && !reset) {
    print(version, manifest.config, io);
    return 0;
  }
  const set: DetectorConfig = { ...(reset ? {} : version.config), ...configValues(manifest, words) };
  await explained('', io, () => client.detectors.config(name, { config: set, version: args.text.version }, options));
  print({ ...version, config: set }, manifest.config, io);
  return 0;
}

function print(
  { config }: Pick<DetectorVersion, 'config'>,
  entries: ReturnType<typeof readManifest>['config'],
  io: Io,
): void {
  for (const [name, entry] of Object.entries(entries)) {
    const isSet = Object.hasOwn(config, name);
    const value = isSet ? config[name] : entry.default;
    const text = Array.isArray(value) ? value.join(',') : String(value);
    io.out(printable(`${name}=${text}${isSet ? '' : '  (default)'}`));
  }
  if (Object.keys(entries).length === 0) io.note('this detector has no configuration');
}
