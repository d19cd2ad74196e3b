import { parseCondition } from '../../../control-plane/src/detection/rules/language/parser.ts';
import type { Position } from '../../../control-plane/src/detection/rules/language/position.ts';
import { RuleError } from '../../../control-plane/src/detection/rules/language/rule-error.ts';
import { SourceText } from '../../../control-plane/src/detection/rules/language/source-text.ts';
import { buildRule, type RuleBuilding } from '../../../control-plane/src/detection/rules/load/build-rule.ts';
import { ConditionChecker, type MacroBody } from '../../../control-plane/src/detection/rules/load/check-condition.ts';
import { Definitions } from '../../../control-plane/src/detection/rules/load/definitions.ts';
import { NO_EXTENSIONS } from '../../../control-plane/src/detection/rules/load/extensions.ts';
import { loadRules } from '../../../control-plane/src/detection/rules/load/load-rules.ts';
import type { Rule } from '../../../control-plane/src/detection/rules/load/rule.ts';
import { NO_METADATA } from '../../../control-plane/src/detection/rules/load/rule-metadata.ts';
import type { FuzzCase } from './case.ts';
import { DEFINITIONS } from './corpus.ts';

/** What became of a case: the rules that loaded, and the places of what was refused or warned of. */
export interface LoadedCase {
  readonly rules: readonly Rule[];
  readonly positions: readonly Position[];
  readonly refused: boolean;
}

export const CASE_FILE = 'case.yaml';
const START: Position = { file: CASE_FILE, line: 1, column: 1 };

/** Loads cases: files as they are loaded always, conditions without the YAML around them. */
export class CaseLoader {
  readonly #definitions = new Definitions(() => {});
  readonly #macros: ReadonlyMap<string, MacroBody>;

  constructor() {
    this.#definitions.read(DEFINITIONS);
    this.#macros = new Map([...this.#definitions.macros].map(([name, source]) => [name, parseMacro(source)]));
  }

  /** Throws only what the loader must not throw. */
  load({ type, text }: FuzzCase): LoadedCase {
    if (type === 'condition') return this.#loadCondition(text);
    const { rules, problems } = loadRules([{ name: CASE_FILE, text }]);
    return { rules, positions: problems, refused: problems.some(({ severity }) => severity === 'error') };
  }

  #loadCondition(text: string): LoadedCase {
    const positions: Position[] = [];
    const checker = new ConditionChecker(this.#macros, this.#definitions.lists, (_message, { at }) =>
      positions.push(at),
    );
    const building: RuleBuilding = { checker, firstMatch: new Set(), warn: (_message, { at }) => positions.push(at) };
    try {
      const rule = buildRule(definitionOf(text), building);
      return { rules: [rule], positions, refused: false };
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      return { rules: [], positions: [...positions, error.position], refused: true };
    }
  }
}

function parseMacro(source: SourceText): MacroBody {
  try {
    return parseCondition(source);
  } catch (error) {
    if (error instanceof RuleError) return error;
    throw error;
  }
}

/** A column is an offset here, so a place behind the text is told from one within it. */
const definitionOf = (text: string): Parameters<typeof buildRule>[0] => ({
  name: 'Case',
  position: START,
  condition: new SourceText(text, (offset) => ({ file: CASE_FILE, line: 1, column: offset + 1 })),
  output: undefined,
  description: undefined,
  priority: SourceText.at('Notice', START),
  source: undefined,
  tags: [],
  enabled: true,
  exceptions: [],
  warnsOfTypes: true,
  skipsUnknownFields: false,
  metadata: NO_METADATA,
  extensions: NO_EXTENSIONS,
});
