import { readDetectorFolder } from '@picket/control-plane/detectors';
import { type DetectorPayload, type DetectorUpload, detectorVersionId } from '@picket/sdk/client';
import { openApi } from '../../api/connection.ts';
import type { Arguments, Io } from '../../command.ts';
import type { CliConfig } from '../../config.ts';
import { printable } from '../../printable.ts';
import { readBinary } from './binary-file.ts';
import { configValues } from './config-values.ts';
import { explained } from './explain-errors.ts';
import { handlerNotes } from './handler-notes.ts';
import { signVersion } from './sign-version.ts';

/** The server compiles for a minute at most, and others may wait before it. */
const TIMEOUT_MS = 150_000;

/** Uploads the detector of a folder. */
export async function pushDetector(config: CliConfig, args: Arguments, io: Io): Promise<number> {
  const path = args.positionals[0] ?? '.';
  return await explained(path, io, async () => {
    const { manifest, manifestText, sources } = readDetectorFolder(path);
    const payload: DetectorPayload =
      args.text.component === undefined ? { kind: 'source', files: sources } : readBinary(args.text.component);
    const words = args.lists?.config ?? [];
    const body: DetectorUpload = {
      manifest: manifestText,
      ...uploadOf(payload),
      ...(words.length > 0 && { config: configValues(manifest, words) }),
      ...(args.text.sign !== undefined && {
        signature: signVersion(await detectorVersionId(manifest, payload), args.text.sign),
      }),
      run: args.flags.hold !== true,
    };
    const { client } = openApi(config, args, TIMEOUT_MS);
    const version = await client.detectors.upload(body, { signal: io.signal });
    const { detector, id, stage } = version;
    io.out(printable(`${detector} ${version.version}  ${id.slice(0, 12)}  ${stage === 'none' ? 'kept' : stage}`));
    if (payload.kind === 'source')
      for (const note of handlerNotes(sources['main.ts'] ?? '', manifest.kinds)) io.note(`note: ${note}`);
    if (!version.fresh) io.note('this version was there already: nothing was kept anew');
    if (version.blocked !== null) io.note(printable(`it does not run: ${version.blocked}`));
    else if (stage === 'shadow') io.note(printable(`next: picket detectors findings ${detector} --follow`));
    return 0;
  });
}

function uploadOf(payload: DetectorPayload): Pick<DetectorUpload, 'source' | 'component' | 'core'> {
  if (payload.kind === 'source') return { source: { files: payload.files } };
  const text = Buffer.from(payload.bytes).toString('base64');
  return payload.kind === 'component' ? { component: text } : { core: text };
}
