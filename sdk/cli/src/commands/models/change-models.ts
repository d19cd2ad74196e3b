import { BEHAVIOUR_STAGES, type ModelInfo, type PicketClient } from '@picket/sdk/client';
import { API_OPTIONS, API_USAGE, openApi } from '../../api/connection.ts';
import { type Arguments, type Command, type Io, positiveNumber } from '../../command.ts';
import type { CliConfig } from '../../config.ts';
import { CliError } from '../../errors.ts';
import { findWorkload } from './find-workload.ts';
import { formatModel } from './format-model.ts';

const OPTIONS = { reason: { type: 'string' }, ...API_OPTIONS } as const;
const USAGE = `[--reason TEXT] ${API_USAGE}`;

export const modelsPromote: Command = {
  name: 'models promote',
  usage: `WORKLOAD VERSION ${USAGE}`,
  summary: 'make a version the one that scores, and accept it',
  options: OPTIONS,
  positionals: [2, 2],
  run: (config, args, io) =>
    change(config, args, io, (client, id, options) =>
      client.models.promote(id, { version: args.positionals[1] ?? '', reason: args.text.reason }, options),
    ),
};

export const modelsRollback: Command = {
  name: 'models rollback',
  usage: `WORKLOAD ${USAGE}`,
  summary: 'go back to the version that scored before',
  options: OPTIONS,
  positionals: [1, 1],
  run: (config, args, io) =>
    change(config, args, io, (client, id, options) =>
      client.models.rollback(id, { reason: args.text.reason }, options),
    ),
};

export const modelsReset: Command = {
  name: 'models reset',
  usage: `WORKLOAD ${USAGE}`,
  summary: 'forget what was seen of a workload and learn it anew',
  options: OPTIONS,
  positionals: [1, 1],
  run: (config, args, io) =>
    change(config, args, io, (client, id, options) => client.models.reset(id, { reason: args.text.reason }, options)),
};

export const modelsStage: Command = {
  name: 'models stage',
  usage: `WORKLOAD [${BEHAVIOUR_STAGES.join('|')}] [--pause | --resume] [--pin | --unpin] [--target N | --target default] ${USAGE}`,
  summary: 'change the stage, whether it learns, whether newer versions are used, or the alarms a day',
  options: {
    ...{ pause: { type: 'boolean' }, resume: { type: 'boolean' }, pin: { type: 'boolean' } },
    ...{ unpin: { type: 'boolean' }, target: { type: 'string' }, ...OPTIONS },
  },
  positionals: [1, 2],
  async run(config, args, io) {
    const stage = stageOf(args.positionals[1]);
    const request = {
      stage,
      paused: eitherOf(args, 'pause', 'resume'),
      pinned: eitherOf(args, 'pin', 'unpin'),
      target: args.text.target === 'default' ? null : positiveNumber(args, 'target'),
    };
    if (Object.values(request).every((part) => part === undefined))
      throw new CliError(
        'USAGE',
        `say what is to change: ${BEHAVIOUR_STAGES.join(', ')}, --pause, --unpin or --target`,
      );
    return await change(config, args, io, (client, id, options) =>
      client.models.stage(id, { ...request, reason: args.text.reason }, options),
    );
  },
};

function stageOf(word: string | undefined): ModelInfo['stage'] | undefined {
  if (word === undefined) return undefined;
  const found = BEHAVIOUR_STAGES.find((stage) => stage === word.toLowerCase());
  if (found) return found;
  throw new CliError('USAGE', `${word} is no stage: there are ${BEHAVIOUR_STAGES.join(', ')}`);
}

function eitherOf({ flags }: Arguments, yes: string, no: string): boolean | undefined {
  if (flags[yes] && flags[no]) throw new CliError('USAGE', `--${yes} or --${no}, not both`);
  return flags[yes] ? true : flags[no] ? false : undefined;
}

/** Changes the workload that is named first, and shows it. */
async function change(
  config: CliConfig,
  args: Arguments,
  io: Io,
  call: (client: PicketClient, id: string, options: { signal: AbortSignal }) => Promise<ModelInfo>,
): Promise<number> {
  const { client } = openApi(config, args);
  const id = await findWorkload(client, args.positionals[0] ?? '', io.signal);
  const info = await call(client, id, { signal: io.signal });
  for (const line of formatModel(info)) io.out(line);
  if (info.pinned)
    io.note(`newer versions wait from now on: picket models stage ${id} --unpin lets them through again`);
  if (info.target.own && args.text.target !== undefined) io.note('it holds from the next training on');
  return 0;
}
