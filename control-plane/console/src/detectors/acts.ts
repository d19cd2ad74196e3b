import type { CanarySelector, DetectorInfo } from '@picket/sdk/client';
import { client } from '../api/client.ts';
import type { Messages } from '../i18n/en.ts';
import type { VersionAct } from './rights.ts';

/** The version that an act is about. */
export interface ActVersion {
  readonly id: string;
  readonly version: string;
  readonly canary: CanarySelector | null;
}

/** Something that is asked about before it is done. */
export type Act =
  | { readonly kind: VersionAct; readonly version: ActVersion }
  | { readonly kind: 'rollback' | 'pause' | 'resume' | 'delete' };

export interface Question {
  readonly title: string;
  readonly text: string;
  /** What the button says that does it. */
  readonly button: string;
  /** True when it can not be undone. */
  readonly final: boolean;
}

/** What is asked before an act. */
export function questionOf(act: Act, name: string, { detectors: { ask, act: label } }: Messages): Question {
  const final = act.kind === 'delete' || act.kind === 'deleteVersion';
  const button = act.kind === 'deleteVersion' ? label.delete : label[act.kind];
  const subject = 'version' in act ? act.version.version : name;
  return { title: ask[act.kind](subject), text: ask[`${act.kind}Text`], button, final };
}

/**
 * Does it.
 * @param canary where a canary alerts
 * @returns what runs now; undefined when the act does not tell
 * @throws PicketApiError
 */
export async function perform(
  act: Act,
  name: string,
  canary: CanarySelector | undefined,
): Promise<DetectorInfo | undefined> {
  const { detectors } = client;
  switch (act.kind) {
    case 'canary':
      return await detectors.promote(name, { version: act.version.id, stage: 'canary', canary });
    case 'active':
    case 'shadow':
      return await detectors.promote(name, { version: act.version.id, stage: act.kind });
    case 'deleteVersion':
      await detectors.versions.delete(name, act.version.id);
      return undefined;
    case 'delete':
      await detectors.delete(name);
      return undefined;
    default:
      return await detectors[act.kind](name);
  }
}
