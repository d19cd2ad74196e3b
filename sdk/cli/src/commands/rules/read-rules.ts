import { type LoadResult, loadRules, type RuleFile, readRuleFiles, SHIPPED_RULES } from '@picket/control-plane/rules';
import { messageOf } from '@picket/sdk';
import { CliError } from '../../errors.ts';

export interface ReadRules {
  readonly load: LoadResult;
  /** The files that were named, those of folders included. */
  readonly named: readonly RuleFile[];
}

/**
 * Loads rule files and folders of them; behind the shipped ones when `shipped` is true.
 * @throws CliError FILE_UNREADABLE
 */
export function readRules(paths: readonly string[], shipped: boolean): ReadRules {
  const named = readFiles(paths);
  return { named, load: loadRules([...(shipped ? readFiles([SHIPPED_RULES]) : []), ...named]) };
}

/** @throws CliError FILE_UNREADABLE */
export function readFiles(paths: readonly string[]): RuleFile[] {
  try {
    return readRuleFiles(paths, 'give a rule file, or a folder of them');
  } catch (cause) {
    throw new CliError('FILE_UNREADABLE', messageOf(cause), { cause });
  }
}
