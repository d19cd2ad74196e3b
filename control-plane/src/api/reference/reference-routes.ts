import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { Alert } from '@picket/sdk';
import type { ApiDeps, ApiEnv } from '../deps.ts';
import { referencePage } from './reference-page.ts';

const INTRODUCTION = `Send a token as \`Authorization: Bearer pkt_...\`. Errors are problem documents (RFC 9457) with a
stable \`code\`. Lists are cut into pages by \`limit\` and \`cursor\`. Query parameters that are not known are refused.`;

/**
 * The OpenAPI document, a page that shows it, and the JSON Schema of alerts for those who read them from the bus. They
 * need no token: they hold nothing of this installation.
 */
export function referenceRoutes(app: OpenAPIHono<ApiEnv>, deps: ApiDeps): void {
  let document: string | undefined;
  let alertSchema: string | undefined;
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
        tags: ['Alerts', 'Incidents', 'Rules', 'Inventory', 'Access', 'Operation'].map((name) => ({ name })),
        servers: [{ url: '/' }],
      }),
    );
    return c.body(document, 200, { 'content-type': 'application/json' });
  });

  app.get('/api/v1/schemas/alert.json', (c) => {
    alertSchema ??= JSON.stringify({ title: 'Alert of Picket', ...z.toJSONSchema(Alert) });
    return c.body(alertSchema, 200, { 'content-type': 'application/schema+json' });
  });

  referencePage(app);
}
