/**
 * Who may import whom. A file belongs to the first zone whose folder it is in. `mayImport` names further zones or
 * single files; a zone may always import itself, and every zone packages from npm.
 */
export interface Zone {
  readonly name: string;
  readonly folder: string;
  readonly mayImport: readonly string[];
  /** False: no Node module and no Node global, so that it runs in a browser too. */
  readonly node?: false;
}

/** Zones by folder, inner folders before outer ones. */
export const ZONES: readonly Zone[] = [
  // The command loads and tests rules and detectors without a server.
  {
    name: 'cli',
    folder: 'sdk/cli',
    mayImport: [
      ...['sdk', 'control-plane/src/rules.ts', 'control-plane/src/detectors.ts'],
      ...['control-plane/src/backtests.ts', 'control-plane/src/profiles.ts'],
    ],
  },
  { name: 'schema', folder: 'sdk/schema', mayImport: [] },
  { name: 'assembly', folder: 'sdk/assembly', mayImport: [], node: false },
  { name: 'sdk', folder: 'sdk', mayImport: [], node: false },
  { name: 'native', folder: 'native', mayImport: ['sdk'] },
  { name: 'agent', folder: 'agent', mayImport: ['native', 'sdk'] },
  { name: 'console', folder: 'control-plane/console', mayImport: ['sdk'] },
  ...['bus', 'detection', 'alerts', 'response', 'store', 'api'].map((part) => ({
    name: `control-plane/${part}`,
    folder: `control-plane/src/${part}`,
    // The pipeline hands values over; parts know only the shared types and errors.
    mayImport: ['control-plane/src/types.ts', 'control-plane/src/errors.ts', 'sdk'],
  })),
  {
    name: 'control-plane',
    folder: 'control-plane',
    mayImport: [
      'sdk',
      'control-plane/bus',
      'control-plane/detection',
      'control-plane/alerts',
      'control-plane/response',
      'control-plane/store',
      'control-plane/api',
    ],
  },
  {
    name: 'detectors',
    folder: 'detectors',
    // their tests read the capture of ordinary work
    mayImport: ['sdk', 'assembly', 'control-plane/src/detectors.ts', 'control-plane/src/bus/unpack.ts'],
  },
  { name: 'bpf', folder: 'bpf', mayImport: ['sdk', 'scripts'] },
  { name: 'test', folder: 'test', mayImport: ['*'] },
  { name: 'bench', folder: 'bench', mayImport: ['*'] },
  { name: 'scripts', folder: 'scripts', mayImport: ['sdk', 'cli', 'native', 'bpf', 'test'] },
];

/** Tests of every zone may use these: they start real servers and containers. */
export const TEST_SUPPORT: readonly string[] = ['test/support/', 'scripts/nats/'];

/** Files that may read process.env: one per process, and what runs before there is anything. */
export const ENVIRONMENT_READERS: readonly RegExp[] = [/(^|\/)config\.ts$/, /^scripts\/bootstrap\.mjs$/];
