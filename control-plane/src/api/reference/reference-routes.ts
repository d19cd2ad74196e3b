import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiDeps, ApiEnv } from '../deps.ts';

/** The one-file build of the reference viewer. Its package would load it from a CDN; this server sends it itself. */
const BUNDLE = 'browser/standalone.js';

/** Read by the viewer: nothing may be asked of any other server, and no request of the reader leaves this one. */
const CONFIGURATION = {
  url: '/api/v1/openapi.json',
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  showDeveloperTools: 'never',
  hideClientButton: true,
  persistAuth: false,
  authentication: { preferredSecurityScheme: 'token' },
};

const INTRODUCTION = `Send a token as \`Authorization: Bearer pkt_...\`. Errors are problem documents (RFC 9457) with a
stable \`code\`. Lists are cut into pages by \`limit\` and \`cursor\`. Query parameters that are not known are refused.`;

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Picket API</title>
<link rel="icon" href="data:,">
</head>
<body>
<script id="api-reference" data-configuration="${JSON.stringify(CONFIGURATION).replaceAll('"', '&quot;')}"></script>
<script src="/api/docs/viewer.js"></script>
</body>
</html>
`;

/** The OpenAPI document and a page that shows it. Both need no token: they hold nothing of this installation. */
export function referenceRoutes(app: OpenAPIHono<ApiEnv>, deps: ApiDeps): void {
  let document: string | undefined;
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API token, `pkt_...`',
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: deps.config.secure ? '__Host-picket_session' : 'picket_session',
    description: 'A session of the console',
  });

  app.get('/api/v1/openapi.json', (c) => {
    document ??= JSON.stringify(
      app.getOpenAPI31Document({
        openapi: '3.1.0',
        info: {
          title: 'Picket',
          version: deps.config.version,
          license: { name: 'Apache-2.0' },
          description: INTRODUCTION,
        },
        tags: ['Alerts', 'Inventory', 'Access', 'Operation'].map((name) => ({ name })),
        servers: [{ url: '/' }],
      }),
    );
    return c.body(document, 200, { 'content-type': 'application/json' });
  });

  app.get('/api/docs', (c) => c.html(PAGE));

  app.get('/api/docs/viewer.js', async (c) =>
    c.body(await readFile(bundlePath()), 200, {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=3600',
    }),
  );
}

/** The package names only its module entry, `dist/index.js`; the bundle lies beside it. */
function bundlePath(): string {
  return fileURLToPath(new URL(BUNDLE, import.meta.resolve('@scalar/api-reference')));
}
