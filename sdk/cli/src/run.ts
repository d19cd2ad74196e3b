import { messageOf } from '@picket/sdk';
import { type Command, type Io, parseCommand } from './command.ts';
import { alertsList, alertsTail } from './commands/alerts.ts';
import { backtest } from './commands/backtest.ts';
import {
  detectorsPause,
  detectorsPromote,
  detectorsResume,
  detectorsRollback,
} from './commands/detectors/change-stage.ts';
import {
  detectorsBuild,
  detectorsConfig,
  detectorsInit,
  detectorsPush,
  detectorsTest,
} from './commands/detectors/local-commands.ts';
import {
  detectorsDelete,
  detectorsGrant,
  detectorsList,
  detectorsShow,
} from './commands/detectors/manage-detectors.ts';
import { detectorsFindings, detectorsLogs, detectorsStats } from './commands/detectors/watch-detector.ts';
import { incidentsList, incidentsShow } from './commands/incidents.ts';
import { login, logout } from './commands/login.ts';
import { modelsPromote, modelsReset, modelsRollback, modelsStage } from './commands/models/change-models.ts';
import { modelsCompare, modelsList, modelsShow } from './commands/models/read-models.ts';
import { profilesAllow, profilesForget, profilesRemove } from './commands/profiles/decide-profile.ts';
import { profilesImport } from './commands/profiles/import-profile.ts';
import { profilesExport, profilesList, profilesShow } from './commands/profiles/read-profiles.ts';
import { record } from './commands/record.ts';
import { replay } from './commands/replay.ts';
import { rulesAccept, rulesExcept, rulesExceptions } from './commands/rule-sets/exceptions.ts';
import { rulesOverride, rulesOverrides } from './commands/rule-sets/override.ts';
import { rulesActivate, rulesPush, rulesReload, rulesRollback, rulesSets } from './commands/rule-sets/sets.ts';
import { rulesExplain, rulesImportSigma, rulesList, rulesTest, rulesValidate } from './commands/rules/commands.ts';
import { WIDTH, wrap } from './commands/rules/wrap.ts';
import { status } from './commands/status.ts';
import type { CliConfig } from './config.ts';
import { CliError } from './errors.ts';
import { printable } from './printable.ts';

export const COMMANDS: readonly Command[] = [
  status,
  alertsList,
  alertsTail,
  incidentsList,
  incidentsShow,
  detectorsInit,
  detectorsBuild,
  detectorsTest,
  detectorsPush,
  detectorsList,
  detectorsShow,
  detectorsPromote,
  detectorsRollback,
  detectorsPause,
  detectorsResume,
  detectorsConfig,
  detectorsGrant,
  detectorsStats,
  detectorsFindings,
  detectorsLogs,
  detectorsDelete,
  modelsList,
  modelsShow,
  modelsCompare,
  modelsPromote,
  modelsRollback,
  modelsReset,
  modelsStage,
  profilesList,
  profilesShow,
  profilesExport,
  profilesImport,
  profilesAllow,
  profilesRemove,
  profilesForget,
  backtest,
  rulesList,
  rulesValidate,
  rulesTest,
  rulesExplain,
  rulesImportSigma,
  rulesPush,
  rulesSets,
  rulesActivate,
  rulesRollback,
  rulesReload,
  rulesOverride,
  rulesOverrides,
  rulesExcept,
  rulesAccept,
  rulesExceptions,
  record,
  replay,
  login,
  logout,
];

/**
 * Runs the command that the words name. Never throws: an error becomes one sentence.
 * @returns the exit code: 0, 1 when it failed, 2 when the words are wrong
 */
export async function run(words: readonly string[], config: CliConfig, io: Io): Promise<number> {
  const asked = words.some((word) => word === '--help' || word === '-h') || words[0] === 'help';
  if (words.length === 0 || asked) {
    for (const line of help(words.filter((word) => word !== 'help' && !word.startsWith('-')))) io.out(line);
    return asked ? 0 : 2;
  }
  try {
    const { command, args } = parseCommand(COMMANDS, words);
    return await command.run(config, args, io);
  } catch (error) {
    // Work that was given up because the user ended the command is no failure.
    if (io.signal.aborted && error === io.signal.reason) return 0;
    io.note(`picket: ${printable(messageOf(error))}`);
    return error instanceof CliError && error.code === 'USAGE' ? 2 : 1;
  }
}

/** A usage on lines of a terminal, broken before what is optional and between what excludes each other. */
function usageLines(usage: string, indent: string): string[] {
  const lines: string[] = [];
  for (const part of usage.split(/ (?=[[(|]|--)/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + part.length <= WIDTH) lines[lines.length - 1] = `${last} ${part}`;
    else lines.push(`${indent}${last === undefined ? '' : '  '}${part}`);
  }
  return lines;
}

/** Of the command, or of those that begin with the word; of all when that names none. */
function help([first, second]: readonly string[]): string[] {
  const named = COMMANDS.filter(({ name }) => name === first || name === `${first} ${second}`);
  const family = named.length > 0 ? named : COMMANDS.filter(({ name }) => name.startsWith(`${first} `));
  const shown = family.length > 0 ? family : COMMANDS;
  const width = Math.max(...shown.map(({ name }) => name.length));
  return [
    'Usage: picket COMMAND',
    '',
    ...shown.flatMap(({ name, summary, usage }) => {
      const indent = ' '.repeat(width + 4);
      const [first = '', ...more] = wrap(summary, indent);
      const head = `  ${name.padEnd(width)}  ${first.trimStart()}`;
      return [head, ...more, ...(usage === '' ? [] : usageLines(`picket ${name} ${usage}`, indent))];
    }),
    '',
    'Without --url and login the commands use the Picket that runs on this machine.',
  ];
}
