import { type CanarySelector, DETECTOR_STAGES, type DetectorInfo, type DetectorStage } from '@picket/sdk/client';
import { API_OPTIONS, API_USAGE, openApi } from '../../api/connection.ts';
import { type Arguments, type Command, type Io, oneOf, positiveNumber } from '../../command.ts';
import { CliError } from '../../errors.ts';
import { explained } from './explain-errors.ts';
import { formatDetector } from './format-detector.ts';

const CANARY_OPTIONS = {
  'canary-node': { type: 'string', multiple: true },
  'canary-namespace': { type: 'string', multiple: true },
  'canary-label': { type: 'string', multiple: true },
  percent: { type: 'string' },
} as const;
const CANARY_USAGE =
  '[--canary-node NODE]... [--canary-namespace NAMESPACE]... [--canary-label NAME=VALUE]... [--percent N]';

export const detectorsPromote: Command = {
  name: 'detectors promote',
  usage: `NAME --to ${DETECTOR_STAGES.join('|')} [--version VERSION] ${CANARY_USAGE} ${API_USAGE}`,
  summary: 'put a version into a stage; the one that is a stage behind when none is named',
  options: { to: { type: 'string' }, version: { type: 'string' }, ...CANARY_OPTIONS, ...API_OPTIONS },
  positionals: [1, 1],
  async run(config, args, io) {
    const [name = ''] = args.positionals;
    const stage = oneOf(args, 'to', DETECTOR_STAGES);
    if (stage === undefined) throw new CliError('USAGE', `say where: --to ${DETECTOR_STAGES.join(' or --to ')}`);
    const canary = canaryOf(args);
    if (stage === 'canary' && !canary)
      throw new CliError('USAGE', 'a canary needs to know where it alerts: --canary-namespace or --percent, say');
    if (stage !== 'canary' && canary) throw new CliError('USAGE', 'where a canary alerts goes with --to canary');
    const { client } = openApi(config, args);
    const options = { signal: io.signal };
    const version = args.text.version ?? versionBehind(await client.detectors.get(name, options), stage);
    print(await explained('', io, () => client.detectors.promote(name, { version, stage, canary }, options)), io);
    return 0;
  },
};

export const detectorsRollback: Command = {
  name: 'detectors rollback',
  usage: `NAME ${API_USAGE}`,
  summary: 'go back to what alerted before the last change',
  options: API_OPTIONS,
  positionals: [1, 1],
  async run(config, args, io) {
    const [name = ''] = args.positionals;
    const { client } = openApi(config, args);
    const options = { signal: io.signal };
    const { stages } = await client.detectors.get(name, options);
    const info = await client.detectors.rollback(name, options);
    print(info, io);
    const gone = [stages.canary, stages.active].filter((version) => version && !runs(info, version.id));
    for (const version of gone)
      io.note(
        `${version?.version} runs nowhere now: picket detectors promote ${name} --to shadow --version ${version?.version}`,
      );
    return 0;
  },
};

const runs = ({ stages }: DetectorInfo, id: string): boolean =>
  [stages.shadow, stages.canary, stages.active].some((version) => version?.id === id);

export const detectorsPause: Command = {
  name: 'detectors pause',
  usage: `NAME ${API_USAGE}`,
  summary: 'give a detector no more events; it keeps what it knows',
  options: API_OPTIONS,
  positionals: [1, 1],
  async run(config, args, io) {
    const { client } = openApi(config, args);
    print(await client.detectors.pause(args.positionals[0] ?? '', { signal: io.signal }), io);
    return 0;
  },
};

export const detectorsResume: Command = {
  name: 'detectors resume',
  usage: `NAME ${API_USAGE}`,
  summary: 'let a detector go on after a pause or a quarantine',
  options: API_OPTIONS,
  positionals: [1, 1],
  async run(config, args, io) {
    const { client } = openApi(config, args);
    print(await client.detectors.resume(args.positionals[0] ?? '', { signal: io.signal }), io);
    return 0;
  },
};

function print(info: DetectorInfo, io: Io): void {
  for (const line of formatDetector(info)) io.out(line);
}

/** @throws CliError USAGE */
function canaryOf(args: Arguments): CanarySelector | undefined {
  const nodes = args.lists?.['canary-node'];
  const namespaces = args.lists?.['canary-namespace'];
  const labels = args.lists?.['canary-label']?.map(labelOf);
  const percent = positiveNumber(args, 'percent');
  if (percent !== undefined && percent > 100) throw new CliError('USAGE', '--percent takes a number up to 100');
  const canary = {
    ...(nodes && { nodes: [...nodes] }),
    ...(namespaces && { namespaces: [...namespaces] }),
    ...(labels && { labels: Object.fromEntries(labels) }),
    ...(percent !== undefined && { percent }),
  };
  return Object.keys(canary).length > 0 ? canary : undefined;
}

function labelOf(word: string): [string, string] {
  const at = word.indexOf('=');
  if (at <= 0) throw new CliError('USAGE', `--canary-label takes NAME=VALUE, not ${word}`);
  return [word.slice(0, at), word.slice(at + 1)];
}

/** @throws CliError USAGE when no version is waiting there */
function versionBehind({ name, stages }: DetectorInfo, stage: DetectorStage): string {
  // a canary without a shadow behind it gets another share, or other places
  const behind = {
    active: stages.canary ?? stages.shadow,
    canary: stages.shadow ?? stages.canary,
    shadow: null,
  }[stage];
  if (behind) return behind.id;
  const advice = `name one with --version, picket detectors show ${name} lists them`;
  throw new CliError('USAGE', `no version of ${name} waits for ${stage}: ${advice}`);
}
