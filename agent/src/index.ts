export { type AgentConfig, readConfig } from './config.ts';
export { AgentError, type AgentErrorCode } from './errors.ts';
export { type Identity, makeIdentity } from './identity.ts';
export { AgentPipeline, type PipelineDeps } from './pipeline.ts';
export type { AgentStatus } from './sink/status.ts';
export { type EventSource, type ProbeState, Summary } from './source/types.ts';
