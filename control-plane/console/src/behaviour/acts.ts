import type { BehaviourStage, ModelInfo, ProfileInfo } from '@picket/sdk/client';
import { client } from '../api/client.ts';
import type { Messages } from '../i18n/en.ts';

/** Something that is asked about before it is done. */
export type Act =
  | { readonly kind: 'stage'; readonly stage: BehaviourStage }
  | { readonly kind: 'promote'; readonly version: string }
  | { readonly kind: 'allow' | 'remove' | 'forget'; readonly tokens: readonly string[]; readonly pattern?: boolean }
  | { readonly kind: 'pause' | 'resume' | 'unpin' | 'rollback' | 'reset' };

export interface Question {
  readonly title: string;
  readonly text: string;
  /** What the button says that does it. */
  readonly button: string;
  /** True when it can not be undone. */
  readonly final: boolean;
  /** A reason must be given. */
  readonly needsReason: boolean;
}

/** What is asked before an act. */
export function questionOf(act: Act, { behaviour: { ask, act: label, stages } }: Messages): Question {
  const needsReason = 'tokens' in act;
  const subject =
    act.kind === 'stage' ? stages[act.stage] : act.kind === 'promote' ? act.version.slice(0, 8) : tokensOf(act);
  const text = act.kind === 'stage' ? ask.stageText[act.stage] : ask[`${act.kind}Text`];
  return { title: ask[act.kind](subject), text, button: label[act.kind], final: act.kind === 'reset', needsReason };
}

const tokensOf = (act: Act): string => ('tokens' in act ? act.tokens.join(', ') : '');

/**
 * Does it.
 * @param reason empty for none
 * @throws PicketApiError
 */
export async function perform(act: Act, id: string, reason: string): Promise<ModelInfo | ProfileInfo> {
  const why = reason.trim() === '' ? {} : { reason: reason.trim() };
  const { models, profiles } = client;
  switch (act.kind) {
    case 'stage':
      return await models.stage(id, { stage: act.stage, ...why });
    case 'pause':
    case 'resume':
      return await models.stage(id, { paused: act.kind === 'pause', ...why });
    case 'unpin':
      return await models.stage(id, { pinned: false, ...why });
    case 'promote':
      return await models.promote(id, { version: act.version, ...why });
    case 'allow':
    case 'remove':
    case 'forget':
      return await profiles[act.kind](id, {
        tokens: [...act.tokens],
        pattern: act.pattern ?? false,
        reason: reason.trim(),
      });
    default:
      return await models[act.kind](id, why);
  }
}
