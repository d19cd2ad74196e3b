import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imageFolder } from './container/image.ts';

export interface ImageOptions {
  /** Started when nothing else is asked for. */
  readonly command?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  /** Health check as Docker writes it, for example ['CMD', 'true']; an extension that OCI engines pass by. */
  readonly healthcheck?: readonly string[];
}

/** An image with one layer, the files of `imageFolder()`. Digests are written `sha256:<hex>`. */
export interface OciImage {
  /** Name and tag, for example registry.example/shop/web:1.4. */
  readonly reference: string;
  /** Digest of the manifest: what a registry knows the image by. */
  readonly digest: string;
  /** Digest of the configuration: the image id of Docker and podman. */
  readonly id: string;
  /** Every blob by its digest, the manifest among them. */
  readonly blobs: ReadonlyMap<string, Buffer>;
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar';

/** Builds the image (OCI image specification 1.0). The same arguments give the same digests. */
export function buildImage(reference: string, options: ImageOptions = {}): OciImage {
  const blobs = new Map<string, Buffer>();
  const add = (mediaType: string, bytes: Buffer) => {
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    blobs.set(digest, bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const layer = add(LAYER, layerTar());
  const config = add(CONFIG, json(configOf(layer.digest, options)));
  const manifest = add(MANIFEST, json({ schemaVersion: 2, mediaType: MANIFEST, config, layers: [layer] }));
  return { reference, digest: manifest.digest, id: config.digest, blobs };
}

/**
 * Writes the image as one tar that `ctr images import`, `podman load` and `docker load` all take: an OCI layout, and
 * beside it the `manifest.json` of a Docker archive that names the same blobs.
 */
export function makeImageTar(path: string, reference: string, options: ImageOptions = {}): OciImage {
  const image = buildImage(reference, options);
  const folder = mkdtempSync(join(tmpdir(), 'picket-image-'));
  try {
    mkdirSync(join(folder, 'blobs/sha256'), { recursive: true });
    for (const [digest, bytes] of image.blobs) writeFileSync(join(folder, blobPath(digest)), bytes);
    for (const [name, value] of Object.entries(indexFiles(image))) writeFileSync(join(folder, name), json(value));
    execFileSync('tar', ['-C', folder, '-cf', path, 'oci-layout', 'index.json', 'manifest.json', 'blobs']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return image;
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const blobPath = (digest: string) => `blobs/${digest.replace(':', '/')}`;

function configOf(layer: string, { command, labels, healthcheck }: ImageOptions) {
  return {
    created: '2024-01-01T00:00:00Z',
    architecture: 'amd64',
    os: 'linux',
    config: {
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      Cmd: command ?? ['sleep', '100000'],
      Labels: labels ?? {},
      ...(healthcheck ? { Healthcheck: { Test: healthcheck, Interval: 1_000_000_000 } } : {}),
    },
    rootfs: { type: 'layers', diff_ids: [layer] },
    history: [{ created: '2024-01-01T00:00:00Z', created_by: 'Picket' }],
  };
}

function indexFiles({ reference, digest, id, blobs }: OciImage) {
  const layers = [...blobs.keys()].filter((each) => each !== digest && each !== id);
  const annotations = {
    'io.containerd.image.name': reference,
    'org.opencontainers.image.ref.name': reference.slice(reference.lastIndexOf(':') + 1),
  };
  const entry = { mediaType: MANIFEST, digest, size: blobs.get(digest)?.length ?? 0, annotations };
  return {
    'oci-layout': { imageLayoutVersion: '1.0.0' },
    'index.json': { schemaVersion: 2, manifests: [entry] },
    'manifest.json': [{ Config: blobPath(id), RepoTags: [reference], Layers: layers.map(blobPath) }],
  };
}

/** The files of the image as root owns them, in one order and with one time, so that the digest is stable. */
function layerTar(): Buffer {
  const stable = ['--sort=name', '--mtime=@1704067200', '--owner=0', '--group=0', '--numeric-owner'];
  const args = ['-C', imageFolder(), ...stable, '-cf', '-', '.'];
  return execFileSync('tar', args, { maxBuffer: 256 * 1024 * 1024 });
}
