import type {
  DetectorConfigRequest,
  DetectorGrantsRequest,
  DetectorOwnerRequest,
  DetectorUpload,
  PromoteRequest,
} from '@picket/sdk/client';

/** Bodies for the reference. */

const manifest = `id: many-programs
version: 1.0.0
summary: One process runs many programs.
language: assemblyscript
kinds: [process.exec]
severity: notice
config:
  limit: { type: integer, default: 100, minimum: 1, maximum: 10000, summary: Programs that are too many. }
`;

const main = `import { Config, Finding, PerProcess, ProcessExec, Severity } from '@picket/detector';

@unmanaged class Runs { count: u32; }

let limit: u32 = 0;
let runs!: PerProcess<Runs>;

export function onInit(config: Config): void {
  limit = <u32>config.integer('limit', 100, 1, 10000);
  runs = new PerProcess<Runs>(4096, 60_000_000_000);
}

export function onProcessExec(e: ProcessExec): void {
  if (++runs.of(e).count == limit) new Finding('Many programs of one process', Severity.Notice).emit();
}
`;

export const uploadExample: DetectorUpload = {
  manifest,
  source: { files: { 'main.ts': main } },
  config: { limit: 50 },
};
export const promoteExample: PromoteRequest = {
  version: '1.0.0',
  stage: 'canary',
  canary: { namespaces: ['shop'], percent: 10 },
};
export const configExample: DetectorConfigRequest = { config: { limit: 80 } };
export const grantsExample: DetectorGrantsRequest = { capabilities: ['observe', 'state', 'context'] };
export const ownerExample: DetectorOwnerRequest = { owner: '9d0a3c52-52b2-4b57-8f0c-2f8e4a1f9b10' };
