import type { HostileGuest } from '../hostile-guest.ts';
import { COMPONENTS } from './components.ts';
import { ENDLESS } from './endless.ts';
import { FLOODS } from './floods.ts';
import { MANIFESTS } from './manifests.ts';
import { MODULES } from './modules.ts';
import { POINTERS } from './pointers.ts';
import { SOURCES } from './sources.ts';

/** All of them by the chapters of docs/hostile-detectors.md. */
export const CHAPTERS: Readonly<Record<string, readonly HostileGuest[]>> = {
  'Without end': ENDLESS,
  'Rubbish as addresses': POINTERS,
  'Floods and texts': FLOODS,
  Modules: MODULES,
  Components: COMPONENTS,
  Sources: SOURCES,
  Manifests: MANIFESTS,
};
