import type { MiddlewareHandler } from 'hono';
import { ControlPlaneError } from '../../errors.ts';
import type { ApiEnv } from '../deps.ts';

/** Entries, items and brackets of an upload: what is long in one is a few long texts. */
const MOST_PARTS = 50_000;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** `,` `:` `[` `{` */
const PARTS: ReadonlySet<number> = new Set([0x2c, 0x3a, 0x5b, 0x7b]);

/**
 * Refuses a body of very many small parts before it is read as JSON: millions of them in 12 MiB would hold up everything else for
 * seconds.
 */
export const onlyFewParts: MiddlewareHandler<ApiEnv> = async (c, next) => {
  if (hasMoreParts(Buffer.from(await c.req.arrayBuffer()), MOST_PARTS))
    throw new ControlPlaneError(
      'REQUEST_INVALID',
      `the body has more than ${MOST_PARTS} entries and items: send fewer`,
    );
  await next();
};

/** Whether a JSON text has more separators and opening brackets, outside of its texts, than this. */
export function hasMoreParts(json: Buffer, most: number): boolean {
  let parts = 0;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at] ?? 0;
    if (byte === QUOTE) at = endOfText(json, at);
    else if (PARTS.has(byte) && ++parts > most) return true;
  }
  return false;
}

/** Where the text that begins at `start` ends; the end of all when it does not. */
function endOfText(json: Buffer, start: number): number {
  for (let at = json.indexOf(QUOTE, start + 1); at >= 0; at = json.indexOf(QUOTE, at + 1)) {
    let slashes = 0;
    while (json[at - 1 - slashes] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return at;
  }
  return json.length;
}
