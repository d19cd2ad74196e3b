import type { AgentConfig } from '../../../config.ts';
import { readPatterns } from './read-patterns.ts';
import { Redactor } from './redactor.ts';

/** @throws AgentError CONFIG_INVALID when the file with patterns can not be used */
export function createRedactor(config: Pick<AgentConfig, 'redactFile' | 'redactDefaults'>): Redactor {
  const patterns = config.redactFile === undefined ? [] : readPatterns(config.redactFile);
  return new Redactor({ defaults: config.redactDefaults, patterns });
}
