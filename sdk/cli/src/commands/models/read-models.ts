import { BEHAVIOUR_STAGES } from '@picket/sdk/client';
import { API_OPTIONS, API_USAGE, openApi } from '../../api/connection.ts';
import { everyItem, PAGE } from '../../api/every-item.ts';
import { type Command, oneOf } from '../../command.ts';
import { findWorkload } from './find-workload.ts';
import { formatComparison, formatModel, formatModelHead, formatModelVersion } from './format-model.ts';
import { versionsToCompare } from './versions-to-compare.ts';

export const modelsList: Command = {
  name: 'models list',
  usage: `[TEXT] [--stage ${BEHAVIOUR_STAGES.join('|')}] [--json] ${API_USAGE}`,
  summary: 'show the workloads whose behaviour is learned, and how far each is',
  options: { json: { type: 'boolean' }, stage: { type: 'string' }, ...API_OPTIONS },
  positionals: [0, 1],
  async run(config, args, io) {
    const { client } = openApi(config, args);
    const stage = oneOf(args, 'stage', BEHAVIOUR_STAGES);
    const [q] = args.positionals;
    let none = true;
    for await (const info of everyItem((page) => client.models.list({ ...page, stage, q }, { signal: io.signal }))) {
      for (const line of args.flags.json ? [JSON.stringify(info)] : formatModel(info)) io.out(line);
      none = false;
    }
    if (none)
      io.note(
        q === undefined && stage === undefined
          ? 'no behaviour is learned yet that this token sees: it begins a minute after containers run'
          : 'no workload fits: picket models list without conditions shows all',
      );
    return 0;
  },
};

export const modelsShow: Command = {
  name: 'models show',
  usage: `WORKLOAD [--json] ${API_USAGE}`,
  summary: 'show a workload, named by its id or a part of its name, and the versions of its model',
  options: { json: { type: 'boolean' }, ...API_OPTIONS },
  positionals: [1, 1],
  async run(config, args, io) {
    const { client } = openApi(config, args);
    const options = { signal: io.signal };
    const id = await findWorkload(client, args.positionals[0] ?? '', io.signal);
    const info = await client.models.get(id, options);
    const { items } = await client.models.versions(id, { limit: PAGE }, options);
    if (args.flags.json) io.out(JSON.stringify({ ...info, items }, null, 2));
    else for (const line of [...formatModelHead(info), '', ...items.map(formatModelVersion)]) io.out(line.trimEnd());
    if (info.waiting && !args.flags.json)
      io.note(
        `next: picket models compare ${id}, then picket models promote ${id} ${info.waiting.version.slice(0, 12)}`,
      );
    return 0;
  },
};

export const modelsCompare: Command = {
  name: 'models compare',
  usage: `WORKLOAD [A B] [--json] ${API_USAGE}`,
  summary: 'show how two versions differ; the one that scores and the newest other one when none are named',
  options: { json: { type: 'boolean' }, ...API_OPTIONS },
  positionals: [1, 3],
  async run(config, args, io) {
    const { client } = openApi(config, args);
    const options = { signal: io.signal };
    const [name = '', ...named] = args.positionals;
    const id = await findWorkload(client, name, io.signal);
    const [a, b] = await versionsToCompare(
      named,
      async () => (await client.models.versions(id, { limit: PAGE }, options)).items,
    );
    const compared = await client.models.compare(id, { a, b }, options);
    for (const line of args.flags.json ? [JSON.stringify(compared, null, 2)] : formatComparison(compared)) io.out(line);
    return 0;
  },
};
