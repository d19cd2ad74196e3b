import type { BatchHeader } from '@picket/sdk';
import type { Container } from '../../../types.ts';
import type { WindowsView } from '../features/container-windows.ts';
import type { ProfileBaseline } from '../profiles/profile-baseline.ts';
import type { KnownContainers } from './container-lives.ts';
import type { OnModelFailure } from './model-guard.ts';

/** The state of a node, as the engine looks at it; `NodeState` is one. */
export interface EngineView extends WindowsView {
  readonly containers: WindowsView['containers'] & KnownContainers & { readonly told: ReadonlySet<Container> };
}

/** Whether an incident of Warning or worse is open for a container. @param at ms since 1970 */
export type AskIncidents = (container: Container, header: BatchHeader, at: number) => boolean;

export interface BehaviourEngineOptions {
  /** Told once for each version of a model that fails. */
  readonly onModelFailure?: OnModelFailure | undefined;
  /** Told when the windows of a batch could not be made. */
  readonly onFailure?: ((error: unknown) => void) | undefined;
  /** What answers rules with a baseline, of all partitions together. */
  readonly baseline?: ProfileBaseline | undefined;
}
