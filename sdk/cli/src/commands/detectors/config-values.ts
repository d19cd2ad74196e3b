import type { ConfigEntry, ConfigValue, DetectorConfig, DetectorManifest } from '@picket/sdk/client';
import { CliError } from '../../errors.ts';

/**
 * Entries of a configuration as they stand on a command line: NAME=VALUE, a list with commas. Bounds are checked by who
 * takes it.
 * @throws CliError USAGE for an entry that the manifest does not have, or a value of another type
 */
export function configValues(manifest: Pick<DetectorManifest, 'config'>, words: readonly string[]): DetectorConfig {
  return Object.fromEntries(words.map((word) => parseEntry(manifest.config, word)));
}

function parseEntry(entries: DetectorManifest['config'], word: string): [string, ConfigValue] {
  const at = word.indexOf('=');
  if (at <= 0) throw new CliError('USAGE', `an entry of the configuration is written NAME=VALUE, not ${word}`);
  const [name, text] = [word.slice(0, at), word.slice(at + 1)];
  const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
  const known = Object.keys(entries).join(', ') || 'none';
  if (!entry) throw new CliError('USAGE', `${name} is no entry of the configuration; there are: ${known}`);
  const value = parseValue(entry, text);
  if (value === undefined) throw new CliError('USAGE', `${name} takes ${WANTED[entry.type]}, not "${text}"`);
  return [name, value];
}

const WANTED = {
  integer: 'a whole number',
  number: 'a number',
  flag: 'true or false',
  text: 'a text',
  list: 'a list with commas',
} as const;

function parseValue({ type }: ConfigEntry, text: string): ConfigValue | undefined {
  switch (type) {
    case 'integer':
      return /^-?\d+$/.test(text) ? Number(text) : undefined;
    case 'number':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
    case 'flag':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'text':
      return text;
    case 'list':
      return text === '' ? [] : text.split(',').map((item) => item.trim());
  }
}
