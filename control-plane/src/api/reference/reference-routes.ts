import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiDeps, ApiEnv } from '../deps.ts';
import { referencePage } from './reference-page.ts';

const INTRODUCTION = `Send a token as \`Authorization: Bearer pkt_...\`. Errors are problem documents (RFC 9457) with a
stable \`code\`. Lists are cut into pages by \`limit\` and \`cursor\`. Query parameters that are not known are refused.`;

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
    description: 'A session of the console. Browsers send its cookie by themselves, so there is nothing to enter',
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

  referencePage(app);
}
