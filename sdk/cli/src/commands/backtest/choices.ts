import type { BacktestFilters, BacktestSource } from '@picket/sdk/client';
import type { Arguments } from '../../command.ts';
import { CliError } from '../../errors.ts';

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const DEFAULT_SINCE = '24h';

/** A list given as one option, separated by commas. */
export function listOf(args: Arguments, name: string): string[] | undefined {
  const items = args.text[name]
    ?.split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  return items && items.length > 0 ? items : undefined;
}

/** Only what was given. */
export function filtersOf(args: Arguments): BacktestFilters {
  const [nodes, namespaces] = [listOf(args, 'nodes'), listOf(args, 'namespaces')];
  return { ...(nodes && { nodes }), ...(namespaces && { namespaces }) };
}

/** The time of the stored events that was asked for; the last day when nothing was said. */
export function stretchOf({ text: { since = DEFAULT_SINCE, until } }: Arguments, now: number): BacktestSource {
  return {
    since: momentOf('since', since, now),
    ...(until !== undefined && { until: momentOf('until', until, now) }),
  };
}

/** A time as it is, or so long ago. */
function momentOf(option: string, text: string, now: number): string {
  const [, number, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const time = number === undefined ? Date.parse(text) : now - Number(number) * (UNITS[unit] ?? 0);
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  throw new CliError('USAGE', `--${option} takes 30m, 24h, 7d or a time as 2027-01-31T12:00:00Z, not ${text}`);
}
