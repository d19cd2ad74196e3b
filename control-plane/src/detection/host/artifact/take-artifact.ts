import { checkConformance } from '../component/check-conformance.ts';
import type { StringEncoding } from '../component/component-parts.ts';
import { findCore } from '../component/find-core.ts';
import { COMPONENT_HEADER } from '../component/read-component.ts';
import { DetectorRefused } from '../guard/detector-refused.ts';
import { DEFAULT_GUARD_LIMITS } from '../guard/guard-limits.ts';
import { type GuardedModule, type GuardOptions, guardModule } from '../guard/guard-module.ts';

export interface ArtifactOptions extends GuardOptions {
  /** Text encoding of a bare core module, from the manifest; a component says its own. */
  readonly encoding: StringEncoding;
}

/** What is stored of an uploaded detector, and instantiated. */
export interface Artifact extends GuardedModule {
  readonly encoding: StringEncoding;
}

/**
 * The door for uploaded binaries: takes a component or a bare core module, guards the core and checks that it makes a
 * component of our world. For the detector host, which calls it in a process of its own.
 * @throws DetectorRefused with a code and the byte of the file
 */
export async function takeArtifact(file: Uint8Array, options: ArtifactOptions): Promise<Artifact> {
  const limit = options.limits?.fileBytes ?? DEFAULT_GUARD_LIMITS.fileBytes;
  if (file.length > limit)
    throw new DetectorRefused(
      'DETECTOR_TOO_LARGE',
      limit,
      `the file has ${file.length} bytes: at most ${limit} are taken`,
    );
  const core = isComponent(file) ? findCore(file) : undefined;
  const guarded = guardModule(file, options, core?.span);
  const encoding = core?.encoding ?? options.encoding;
  await checkConformance(guarded.bytes, encoding, core && file);
  return { ...guarded, encoding };
}

const isComponent = (file: Uint8Array) => COMPONENT_HEADER.every((byte, index) => file[index] === byte);
