import {
  type ConfigEntry,
  type ConfigValue,
  DETECTOR_LIMITS,
  type DetectorConfig,
  type DetectorManifest,
} from '@picket/sdk/client';
import { ControlPlaneError, type ErrorDetail } from '../../errors.ts';

/**
 * The configuration as `init` gets it: a flat JSON object with every entry of the manifest, in its order. A list is a
 * text with commas, as the guest library reads it. The same settings give the same text.
 * @param set what is set; the rest has its default
 * @throws ControlPlaneError DETECTOR_CONFIG with every entry that is wrong
 */
export function resolveConfig({ config: entries }: Pick<DetectorManifest, 'config'>, set: DetectorConfig): string {
  const details: ErrorDetail[] = [];
  for (const name of Object.keys(set)) if (!Object.hasOwn(entries, name)) details.push(unknown(name, entries));
  const values = Object.entries(entries).map(([name, entry]) => {
    const value = Object.hasOwn(set, name) ? (set[name] ?? entry.default) : entry.default;
    const wrong = faultOf(entry, value);
    if (wrong) details.push({ path: `config.${name}`, message: `${name} ${wrong}` });
    return [name, Array.isArray(value) ? value.join(',') : value] as const;
  });
  if (details.length === 0) return JSON.stringify(Object.fromEntries(values));
  const more = details.length > 1 ? ` (and ${details.length - 1} more)` : '';
  throw new ControlPlaneError('DETECTOR_CONFIG', `the configuration is not taken: ${details[0]?.message}${more}`, {
    details,
  });
}

/** What of a configuration a version takes: settings of another one that still fit it. */
export function carriedConfig(
  { config: entries }: Pick<DetectorManifest, 'config'>,
  set: DetectorConfig,
): DetectorConfig {
  const fitting = Object.entries(set).filter(([name, value]) => {
    const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
    return entry !== undefined && faultOf(entry, value) === undefined;
  });
  return Object.fromEntries(fitting);
}

function unknown(name: string, entries: DetectorManifest['config']): ErrorDetail {
  const known = Object.keys(entries);
  const has = known.length > 0 ? `known: ${known.join(', ')}` : 'this detector takes none';
  return { path: `config.${name}`, message: `${name} is no entry of the manifest; ${has}` };
}

/** What is wrong with a value; the name of the entry goes before it. */
function faultOf(entry: ConfigEntry, value: ConfigValue): string | undefined {
  if (entry.type === 'flag') return typeof value === 'boolean' ? undefined : 'must be true or false';
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = entry;
  const isWithin = (size: number) => size >= minimum && size <= maximum;
  switch (entry.type) {
    case 'integer':
      return Number.isSafeInteger(value) && isWithin(value as number)
        ? undefined
        : `must be a whole number${bounds(minimum, maximum)}`;
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) && isWithin(value)
        ? undefined
        : `must be a number${bounds(minimum, maximum)}`;
    case 'text':
      return typeof value === 'string' && isWithin(value.length)
        ? undefined
        : `must be a text${bounds(minimum, maximum, 'characters')}`;
    case 'list':
      if (!Array.isArray(value) || !isWithin(value.length)) return `must be a list${bounds(minimum, maximum, 'items')}`;
      return lengthOf(value) > DETECTOR_LIMITS.text
        ? `must have at most ${DETECTOR_LIMITS.text} characters in all its items and commas`
        : undefined;
  }
}

const lengthOf = (items: readonly string[]) => items.reduce((sum, { length }) => sum + length + 1, -1);

function bounds(minimum: number, maximum: number, unit = ''): string {
  const end = unit === '' ? '' : ` ${unit}`;
  if (Number.isFinite(minimum) && Number.isFinite(maximum)) return ` from ${minimum} to ${maximum}${end}`;
  if (Number.isFinite(minimum)) return ` of at least ${minimum}${end}`;
  return Number.isFinite(maximum) ? ` of at most ${maximum}${end}` : '';
}
