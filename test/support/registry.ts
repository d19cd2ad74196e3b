import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OciImage } from './oci-image.ts';

/** A registry on loopback with one image, so that an engine can pull it and learns its digest. */
export interface Registry {
  /** Host and port, the first part of a reference. */
  readonly address: string;
  close(): Promise<void>;
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

/** Serves what a pull asks for (OCI distribution specification 1.0), whatever the name before the digest or tag is. */
export async function serveImage(image: OciImage): Promise<Registry> {
  const server = createServer((request, response) => {
    const [, kind, what = ''] = /^\/v2\/.+\/(manifests|blobs)\/([^/]+)$/.exec(request.url ?? '') ?? [];
    if (request.url === '/v2/') response.end('{}');
    else if (kind === 'manifests') send(response, image, what.startsWith('sha256:') ? what : image.digest, MANIFEST);
    else send(response, image, what, 'application/octet-stream');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function send(response: ServerResponse, { blobs }: OciImage, digest: string, type: string): void {
  const bytes = blobs.get(digest);
  response.statusCode = bytes ? 200 : 404;
  if (bytes)
    response.setHeaders(
      new Map([
        ['content-type', type],
        ['content-length', `${bytes.length}`],
        ['docker-content-digest', digest],
      ]),
    );
  response.end(bytes ?? '{"errors":[]}');
}
