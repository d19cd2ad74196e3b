import { CAPABILITIES } from '@picket/sdk/client';
import { API_OPTIONS, API_USAGE, openApi } from '../../api/connection.ts';
import { everyItem, PAGE } from '../../api/every-item.ts';
import type { Command } from '../../command.ts';
import { CliError } from '../../errors.ts';
import { printable } from '../../printable.ts';
import { formatDetector, formatDetectorHead, formatVersion } from './format-detector.ts';

export const detectorsList: Command = {
  name: 'detectors list',
  usage: `[--json] ${API_USAGE}`,
  summary: 'show the detectors and what of them runs',
  options: { json: { type: 'boolean' }, ...API_OPTIONS },
  positionals: [0, 0],
  async run(config, args, io) {
    const { client } = openApi(config, args);
    let none = true;
    for await (const info of everyItem((page) => client.detectors.list(page, { signal: io.signal }))) {
      for (const line of args.flags.json ? [JSON.stringify(info)] : formatDetector(info)) io.out(line);
      none = false;
    }
    if (none) io.note('there are no detectors that this token sees: picket detectors push FOLDER uploads one');
    return 0;
  },
};

export const detectorsShow: Command = {
  name: 'detectors show',
  usage: `NAME [--json] ${API_USAGE}`,
  summary: 'show a detector and its versions',
  options: { json: { type: 'boolean' }, ...API_OPTIONS },
  positionals: [1, 1],
  async run(config, args, io) {
    const [name = ''] = args.positionals;
    const { client } = openApi(config, args);
    const info = await client.detectors.get(name, { signal: io.signal });
    const { items } = await client.detectors.versions.list(name, { limit: PAGE }, { signal: io.signal });
    if (args.flags.json) io.out(JSON.stringify({ ...info, items }, null, 2));
    else for (const line of [...formatDetectorHead(info), '', ...items.map(formatVersion)]) io.out(line);
    return 0;
  },
};

export const detectorsDelete: Command = {
  name: 'detectors delete',
  usage: `NAME [--version VERSION] ${API_USAGE}`,
  summary: 'delete a detector with all that was recorded, or one version of it',
  options: { version: { type: 'string' }, ...API_OPTIONS },
  positionals: [1, 1],
  async run(config, args, io) {
    const [name = ''] = args.positionals;
    const { version } = args.text;
    const { client } = openApi(config, args);
    const options = { signal: io.signal };
    if (version === undefined) await client.detectors.delete(name, options);
    else await client.detectors.versions.delete(name, version, options);
    io.out(printable(version === undefined ? `deleted ${name}` : `deleted ${name} ${version}`));
    return 0;
  },
};

export const detectorsGrant: Command = {
  name: 'detectors grant',
  usage: `NAME (CAPABILITY... | --default) ${API_USAGE}`,
  summary: `say what a detector may do: ${CAPABILITIES.join(', ')}`,
  options: { default: { type: 'boolean' }, ...API_OPTIONS },
  positionals: [1, 1 + CAPABILITIES.length],
  async run(config, args, io) {
    const [name = '', ...words] = args.positionals;
    if (words.length > 0 === (args.flags.default === true))
      throw new CliError('USAGE', `name capabilities (${CAPABILITIES.join(', ')}), or --default`);
    const capabilities = CAPABILITIES.filter((one) => one === 'observe' || words.includes(one));
    const unknown = words.find((word) => !(CAPABILITIES as readonly string[]).includes(word));
    if (unknown !== undefined)
      throw new CliError('USAGE', `${unknown} is no capability: there are ${CAPABILITIES.join(', ')}`);
    const { client } = openApi(config, args);
    const granted = args.flags.default ? null : capabilities;
    await client.detectors.grants(name, { capabilities: granted }, { signal: io.signal });
    io.out(
      printable(`${name} may ${granted ? `${granted.join(', ')}, and nothing else` : 'what the server grants to all'}`),
    );
    return 0;
  },
};
