import type { Command } from '../../command.ts';

// What these do is loaded when one of them runs: the compiler takes longer to load than other commands to run.

const JSON_OPTION = { json: { type: 'boolean' } } as const;
const BINARY_OPTION = { component: { type: 'string' } } as const;

/** Makes a detector to begin with. */
export const detectorsInit: Command = {
  name: 'detectors init',
  usage: 'NAME [--dir FOLDER]',
  summary: 'make the folder of a new detector, with tests that run',
  options: { dir: { type: 'string' } },
  positionals: [1, 1],
  run: async (_config, args, io) => (await import('./init-detector.ts')).initDetector(args, io),
};

/** Compiles and checks a detector as a server would. */
export const detectorsBuild: Command = {
  name: 'detectors build',
  usage: '[FOLDER] [--out FILE] [--core]',
  summary: 'compile and check a detector as a server would, and write its component',
  options: { out: { type: 'string' }, core: { type: 'boolean' } },
  positionals: [0, 1],
  run: async (_config, args, io) => (await import('./build-detector.ts')).buildHere(args, io),
};

/** Runs the fixtures of detectors. */
export const detectorsTest: Command = {
  name: 'detectors test',
  usage: '[FOLDER...] [--component FILE] [--json]',
  summary: 'run the fixtures of detectors',
  options: { ...BINARY_OPTION, ...JSON_OPTION },
  positionals: [0, 1000],
  run: async (_config, args, io) => (await import('./run-fixtures.ts')).runFixtures(args, io),
};

/** Uploads a detector. */
export const detectorsPush: Command = {
  name: 'detectors push',
  usage: '[FOLDER] [--component FILE] [--config NAME=VALUE]... [--sign KEY] [--hold] [--url URL] [--token-file FILE]',
  summary: 'upload a detector; it runs in stage shadow, or nowhere with --hold',
  options: {
    ...BINARY_OPTION,
    config: { type: 'string', multiple: true },
    sign: { type: 'string' },
    hold: { type: 'boolean' },
    url: { type: 'string' },
    'token-file': { type: 'string' },
  },
  positionals: [0, 1],
  run: async (config, args, io) => (await import('./push-detector.ts')).pushDetector(config, args, io),
};

/** Shows or changes the configuration of a detector. */
export const detectorsConfig: Command = {
  name: 'detectors config',
  usage: 'NAME [ENTRY=VALUE...] [--version VERSION] [--reset] [--url URL] [--token-file FILE]',
  summary: 'show the configuration of a detector, or change entries of it',
  options: {
    version: { type: 'string' },
    reset: { type: 'boolean' },
    url: { type: 'string' },
    'token-file': { type: 'string' },
  },
  positionals: [1, 65],
  run: async (config, args, io) => (await import('./configure-detector.ts')).configureDetector(config, args, io),
};
