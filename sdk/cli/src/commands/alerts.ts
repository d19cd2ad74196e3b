import { type Alert, PRIORITIES } from '@picket/sdk';
import { API_OPTIONS, API_USAGE, openApi } from '../api/connection.ts';
import { type Arguments, type Command, type Io, oneOf, positiveNumber } from '../command.ts';
import { formatAlert } from '../format-alert.ts';

const print = (alert: Alert, args: Arguments, io: Io) => {
  // JSON.stringify escapes control characters by itself.
  for (const line of args.flags.json ? [JSON.stringify(alert)] : formatAlert(alert)) io.out(line);
};

/** The newest alerts, the newest last, as a terminal shows them best. */
export const alertsList: Command = {
  name: 'alerts list',
  usage: `[--priority LEVEL] [--rule NAME] [--container ID|NAME] [--q TEXT] [--limit N] [--json] ${API_USAGE}`,
  summary: 'show alerts',
  options: {
    priority: { type: 'string' },
    rule: { type: 'string' },
    container: { type: 'string' },
    q: { type: 'string' },
    limit: { type: 'string' },
    json: { type: 'boolean' },
    ...API_OPTIONS,
  },
  positionals: [0, 0],
  async run(config, args, io) {
    const { rule, container, q } = args.text;
    const query = {
      priority: oneOf(args, 'priority', PRIORITIES),
      rule,
      container,
      q,
      limit: positiveNumber(args, 'limit'),
    };
    const { client } = openApi(config, args);
    const { items } = await client.alerts.list(query, { signal: io.signal });
    for (const alert of items.reverse()) print(alert, args, io);
    if (items.length === 0) io.note('no alerts');
    return 0;
  },
};

/** Alerts as they come, until it is stopped. */
export const alertsTail: Command = {
  name: 'alerts tail',
  usage: `[--priority LEVEL] [--json] ${API_USAGE}`,
  summary: 'show alerts as they come',
  options: { priority: { type: 'string' }, json: { type: 'boolean' }, ...API_OPTIONS },
  positionals: [0, 0],
  async run(config, args, io) {
    const least = PRIORITIES.indexOf(oneOf(args, 'priority', PRIORITIES) ?? 'Debug');
    const { client, url } = openApi(config, args);
    const stream = client.alerts.stream({
      signal: io.signal,
      onOpen: () => io.note(`waiting for alerts of ${url}`),
      onRetry: (error, delay) => io.note(`${error.message}; trying again in ${(delay / 1000).toFixed(1)} s`),
    });
    for await (const alert of stream) if (PRIORITIES.indexOf(alert.priority) <= least) print(alert, args, io);
    return 0;
  },
};
