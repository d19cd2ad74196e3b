import type { Command } from '../../command.ts';

// What these do is loaded when one of them runs: the rule engine takes longer to load than other commands to run.

const MANY = Number.POSITIVE_INFINITY;
const JSON_OPTION = { json: { type: 'boolean' } } as const;
const SHIPPED_OPTION = { shipped: { type: 'boolean' } } as const;

/** The rules of files, or the shipped ones. */
export const rulesList: Command = {
  name: 'rules list',
  usage: '[FILE...] [--shipped] [--json]',
  summary: 'show the rules of files, or those that Picket ships',
  options: { ...JSON_OPTION, ...SHIPPED_OPTION },
  positionals: [0, MANY],
  run: async (_config, args, io) => (await import('./list-rules.ts')).listRules(args, io),
};

/** Says of every rule of files whether it loads, and if not why and where. */
export const rulesValidate: Command = {
  name: 'rules validate',
  usage: 'FILE... [--shipped] [--json]',
  summary: 'say which rules of Falco rule files load, and what is wrong with the others',
  options: { ...JSON_OPTION, ...SHIPPED_OPTION },
  positionals: [1, MANY],
  run: async (_config, args, io) => (await import('./validate-rules.ts')).validateRules(args, io),
};

/** Runs the tests that lie beside rule files. */
export const rulesTest: Command = {
  name: 'rules test',
  usage: '[FILE|FOLDER...] [--json]',
  summary: 'run the tests of rules (*.test.yaml)',
  options: JSON_OPTION,
  positionals: [0, MANY],
  run: async (_config, args, io) => (await import('./run-rule-tests.ts')).testRules(args, io),
};

/** Which test of a rule an event of a capture fails, or which events come nearest to it. */
export const rulesExplain: Command = {
  name: 'rules explain',
  usage: 'RULE [FILE...] --capture FILE [--event NODE/SEQUENCE] [--nearest N] [--all] [--shipped] [--json]',
  summary: 'show why a rule matches an event of a capture, or does not',
  options: {
    capture: { type: 'string' },
    event: { type: 'string' },
    nearest: { type: 'string' },
    all: { type: 'boolean' },
    ...JSON_OPTION,
    ...SHIPPED_OPTION,
  },
  positionals: [1, MANY],
  run: async (_config, args, io) => (await import('./explain-rule.ts')).explainRule(args, io),
};

/** Makes rules of Sigma rules. */
export const rulesImportSigma: Command = {
  name: 'rules import-sigma',
  usage: 'FILE... [--out FILE] [--json]',
  summary: 'convert Sigma rules for Linux into rules, and say which can not be',
  options: { out: { type: 'string' }, ...JSON_OPTION },
  positionals: [1, MANY],
  run: async (_config, args, io) => (await import('./import-sigma.ts')).importSigma(args, io),
};
