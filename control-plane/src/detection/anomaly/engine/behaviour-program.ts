import type { CalibratedModel } from '../calibration/calibrated-model.ts';
import type { Profile } from '../profiles/profile.ts';

/** How far a workload is: what it shows, and what comes of findings in it. */
export const BEHAVIOUR_STAGES = ['learning', 'review', 'monitor', 'enforce'] as const;
export type BehaviourStage = (typeof BEHAVIOUR_STAGES)[number];

/** Scores, -log10 p, from which on something is told. */
export interface BehaviourThreshold {
  /** Of what is not in the profile. */
  readonly drift: number;
  /** Told when it comes twice in a row. */
  readonly weak: number;
  /** Told at once. */
  readonly strong: number;
}

/** A workload, as an image, whose windows are scored. In stage `learning` the model is a prior: of another image of it. */
export interface LiveWorkload {
  readonly key: string;
  readonly digest: string;
  readonly image: string;
  readonly versionId: string;
  readonly stage: BehaviourStage;
  /** Undefined where only a profile is known: one that was imported. */
  readonly model: CalibratedModel | undefined;
  readonly profile: Profile;
  readonly threshold: BehaviourThreshold;
  /** False alarms that are put up with, for each container and day; what the settings say when left out. */
  readonly alarmsPerDay?: number | undefined;
  /** Nothing is learned from it for now. */
  readonly paused?: boolean | undefined;
  /** How the newest model stands to the one that was accepted first, in words; told once for each version. */
  readonly anchorDrift?: string | undefined;
}

/** What the operator said about behaviour. */
export interface BehaviourSettings {
  /** False: nothing is watched, learned or told. */
  readonly isOn: boolean;
  /** False alarms that are put up with, for each container and day. */
  readonly alarmsPerDay: number;
  /** Minutes of windows that are observed before a model is made. */
  readonly learningMinutes: number;
  /** Whether a model that keeps to the alarm rate goes on by itself, or waits for an operator. */
  readonly review: 'auto' | 'manual';
  /** Seconds between two looks for what is to be trained. */
  readonly trainSeconds: number;
}

/** What holds for the material of a workload, whether it has a model or not. */
export interface WorkloadMark {
  readonly key: string;
  readonly digest: string;
  /** Grows with every reset; material that was begun before it is thrown away. 0 without a mark. */
  readonly epoch: number;
  /** Nothing is learned. */
  readonly paused: boolean;
}

/** Everything that partitions score by. Another one takes its place whole, between two batches. */
export interface BehaviourProgram {
  readonly revision: number;
  readonly workloads: readonly LiveWorkload[];
  readonly settings: BehaviourSettings;
  /** Of workloads that were reset or paused. */
  readonly marks?: readonly WorkloadMark[] | undefined;
}

/** What a partition has seen of one workload under one image. */
export interface MaterialRow {
  readonly key: string;
  readonly digest: string;
  readonly image: string;
  /** `Material.save()` */
  readonly bytes: Uint8Array;
  /** That of the mark when it was begun; 0 without one. Rows of an earlier epoch are not taken. */
  readonly epoch?: number | undefined;
}

/** The life of models and profiles, as far as partitions need it. */
export interface BehaviourLife {
  program(): BehaviourProgram;
  /** Takes over what a partition has seen so far, in place of what it gave before. */
  takeMaterial(partition: number, rows: readonly MaterialRow[]): Promise<void>;
}
