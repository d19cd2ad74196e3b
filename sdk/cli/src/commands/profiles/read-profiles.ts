import { writeFileSync } from 'node:fs';
import { messageOf } from '@picket/sdk';
import { BEHAVIOUR_STAGES } from '@picket/sdk/client';
import { API_OPTIONS, API_USAGE, openApi } from '../../api/connection.ts';
import { everyItem } from '../../api/every-item.ts';
import { type Command, oneOf } from '../../command.ts';
import { CliError } from '../../errors.ts';
import { printable } from '../../printable.ts';
import { findWorkload } from '../models/find-workload.ts';
import { formatProfile, formatProfileDocument } from './format-profile.ts';

export const profilesList: Command = {
  name: 'profiles list',
  usage: `[TEXT] [--stage ${BEHAVIOUR_STAGES.join('|')}] [--json] ${API_USAGE}`,
  summary: 'show the profiles of workloads: what each is known to do',
  options: { json: { type: 'boolean' }, stage: { type: 'string' }, ...API_OPTIONS },
  positionals: [0, 1],
  async run(config, args, io) {
    const { client } = openApi(config, args);
    const stage = oneOf(args, 'stage', BEHAVIOUR_STAGES);
    const [q] = args.positionals;
    let none = true;
    for await (const info of everyItem((page) => client.profiles.list({ ...page, stage, q }, { signal: io.signal }))) {
      for (const line of args.flags.json ? [JSON.stringify(info)] : formatProfile(info)) io.out(line);
      none = false;
    }
    if (none) io.note('there are no such profiles that this token sees');
    return 0;
  },
};

export const profilesShow: Command = {
  name: 'profiles show',
  usage: `WORKLOAD [--class CLASS] [--search TEXT] [--json] ${API_USAGE}`,
  summary: 'show what a workload is known to do, and what people decided about it',
  options: { json: { type: 'boolean' }, class: { type: 'string' }, search: { type: 'string' }, ...API_OPTIONS },
  positionals: [1, 1],
  async run(config, args, io) {
    const { client } = openApi(config, args);
    const id = await findWorkload(client, args.positionals[0] ?? '', io.signal);
    const document = await client.profiles.get(id, { signal: io.signal });
    const { class: only, search } = args.text;
    const classes = document.classes.flatMap(({ class: letter, name }) => [letter, name]);
    if (only !== undefined && !classes.includes(only))
      throw new CliError('USAGE', `the profile has no class ${only}: there are ${classes.join(', ') || 'none'}`);
    const lines = args.flags.json
      ? [JSON.stringify(document, null, 2)]
      : formatProfileDocument(document, { class: only, search });
    for (const line of lines) io.out(line);
    return 0;
  },
};

export const profilesExport: Command = {
  name: 'profiles export',
  usage: `WORKLOAD [--out FILE] ${API_USAGE}`,
  summary: 'write a profile as YAML, for another server or to be kept with the code of the workload',
  options: { out: { type: 'string' }, ...API_OPTIONS },
  positionals: [1, 1],
  async run(config, args, io) {
    const { client } = openApi(config, args);
    const id = await findWorkload(client, args.positionals[0] ?? '', io.signal);
    const yaml = await client.profiles.export(id, { signal: io.signal });
    const { out } = args.text;
    if (out === undefined) for (const line of yaml.trimEnd().split('\n')) io.out(printable(line));
    else {
      write(out, yaml);
      io.note(printable(`wrote ${out}`));
    }
    return 0;
  },
};

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (cause) {
    throw new CliError('FILE_UNWRITABLE', `${file} can not be written: ${messageOf(cause)}`, { cause });
  }
}
