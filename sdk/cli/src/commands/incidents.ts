import { PRIORITIES, type Priority } from '@picket/sdk';
import type { IncidentDetail } from '@picket/sdk/client';
import { API_OPTIONS, API_USAGE, openApi } from '../api/connection.ts';
import { type Command, oneOf, positiveNumber } from '../command.ts';
import { formatIncident, formatIncidentHead, formatStep } from '../format-incident.ts';

const STATES = ['open', 'quiet'] as const;
/** Steps asked for at once. */
const PAGE = 200;

/** The newest incidents, the newest last, as a terminal shows them best. */
export const incidentsList: Command = {
  name: 'incidents list',
  usage: `[--state open|quiet] [--priority LEVEL] [--container ID|NAME] [--namespace NAME] [--q TEXT] [--limit N] [--json] ${API_USAGE}`,
  summary: 'show incidents: alerts that are one story',
  options: {
    state: { type: 'string' },
    priority: { type: 'string' },
    container: { type: 'string' },
    namespace: { type: 'string' },
    q: { type: 'string' },
    limit: { type: 'string' },
    json: { type: 'boolean' },
    ...API_OPTIONS,
  },
  positionals: [0, 0],
  async run(config, args, io) {
    const { container, namespace, q } = args.text;
    const state = oneOf(args, 'state', STATES);
    const priority: Priority | undefined = oneOf(args, 'priority', PRIORITIES);
    const { client } = openApi(config, args);
    const query = { state, priority, container, namespace, q, limit: positiveNumber(args, 'limit') };
    const { items, next } = await client.incidents.list(query, { signal: io.signal });
    for (const incident of items.reverse())
      for (const line of args.flags.json ? [JSON.stringify(incident)] : formatIncident(incident)) io.out(line);
    if (items.length === 0) io.note('no incidents');
    if (next !== null) io.note('there are older ones: --limit N shows up to 200');
    return 0;
  },
};

/** One incident with its whole timeline. */
export const incidentsShow: Command = {
  name: 'incidents show',
  usage: `ID [--json] ${API_USAGE}`,
  summary: 'show one incident with its timeline',
  options: { json: { type: 'boolean' }, ...API_OPTIONS },
  positionals: [1, 1],
  async run(config, args, io) {
    const [id = ''] = args.positionals;
    const { client } = openApi(config, args);
    const page = (cursor?: string) => client.incidents.get(id, { cursor, limit: PAGE }, { signal: io.signal });
    const first = await page();
    for (const line of args.flags.json ? [] : [...formatIncidentHead(first), '']) io.out(line);
    for (let at: IncidentDetail = first; ; at = await page(at.timeline.next ?? undefined)) {
      if (args.flags.json) io.out(JSON.stringify(at));
      else for (const step of at.timeline.items) for (const line of formatStep(step)) io.out(line);
      if (at.timeline.next === null) return 0;
    }
  },
};
