import type { Regions } from './regions.ts';
import { isSecretName } from './secret-names.ts';

/*
 * Secrets that show by their shape, wherever they stand. Every expression takes time linear in the length of the text:
 * what may repeat without bound begins only where nothing of its own kind stands before it.
 */

/** `hide` is what goes; the rest of a match stays. */
const SHAPES: readonly RegExp[] = [
  // Authorization: Bearer X, "authorization":"Basic X"
  /authorization["']?\s{0,4}[:=]\s{0,4}["']?(?:(?:bearer|basic|token|digest|negotiate|apikey|aws4-hmac-sha256)\s{1,4})?(?<hide>[^"'\0\r\n]+)/dgi,
  /\bbearer[ =](?<hide>[\w.~+/-]{8,}={0,2})/dgi,
  /\bcookie:\s{0,4}(?<hide>[^"'\0\r\n]+)/dgi,
  // scheme://user:password@host
  /:\/\/[^\s/:@\0]*:(?<hide>[^\s/\0]+)@/dg,
  // JSON Web Token (RFC 7519)
  /(?<![\w-])(?<hide>eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)/dg,
  // PEM (RFC 7468)
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?<hide>[^\0]*?)(?:-----END|(?=\0)|$)/dg,
  // Tokens that their makers gave a beginning to be known by.
  /(?<![\w-])(?:gh[oprsu]_|github_pat_|glpat-|glrt-|pypi-AgE|dop_v1_|hv[bs]\.|xapp-|xox[a-z]-|[rs]k_live_|SG\.|ya29\.|shpat_|AIza|AGE-SECRET-KEY-)(?<hide>[\w.-]{16,})/dg,
  /(?<![\w-])npm_(?<hide>[A-Za-z0-9]{36})(?!\w)/dg,
  /(?<![\w-])sk-(?:ant-|proj-)?(?<hide>\w[\w-]{19,})/dg,
  /hooks\.slack\.com\/services\/(?<hide>[\w/]+)/dg,
  // nkey seed
  /(?<![\w-])(?<hide>S[ACNOUX][A-Z2-7]{56})(?!\w)/dg,
];

/** A name and what assigns to it; `x-api-key:value` needs no blank, `image:tag` is none. */
const ASSIGNMENT =
  /(?<![\w.-])([\w.-]{1,64})(?:\\?["']?\s{0,4}:?=\s{0,4}|\\?["']\s{0,4}:\s{0,4}|:\s{1,4}|(?<=\bx-[\w-]{1,62}):)/gi;
const VALUE = /"(?<double>[^"\0]*)"?|'(?<single>[^'\0]*)'?|\\"(?<escaped>[^"\\\0]*)|(?<plain>[^\s"'&;,|)}\]\0]+)/dy;

/** Part of a pattern that finds texts in which a shape may be. */
export const SHAPE_HINT =
  'pass|pwd|secret|token|key|cred|auth|bearer|cookie|jwt|://|eyJ|gh[oprsu]_|github_pat|gl(?:pat|rt)-|npm_|pypi-|dop_v1|hv[bs]\\.|xapp|xox|k_live|sk-|SG\\.|ya29|shpat|AIza|slack\\.com|S[ACNOUX][A-Z2-7]{56}';

/** Hides what has the shape of a secret. */
export function hideShapes(text: string, regions: Regions): void {
  for (const shape of SHAPES) {
    // matchAll would make a new expression each time
    shape.lastIndex = 0;
    for (let match = shape.exec(text); match; match = shape.exec(text)) hideGroups(match, regions);
  }
  hideAssignments(text, regions);
}

/** `password=X`, `"token": "X"`, `x-api-key: X`. The names are looked at one after another, values only behind secret ones. */
function hideAssignments(text: string, regions: Regions): void {
  ASSIGNMENT.lastIndex = 0;
  for (let found = ASSIGNMENT.exec(text); found; found = ASSIGNMENT.exec(text)) {
    if (!isSecretName(found[1] ?? '')) continue;
    VALUE.lastIndex = ASSIGNMENT.lastIndex;
    const value = VALUE.exec(text);
    if (!value) continue;
    hideGroups(value, regions);
    ASSIGNMENT.lastIndex = VALUE.lastIndex;
  }
}

function hideGroups(match: RegExpExecArray, regions: Regions): void {
  for (const place of Object.values(match.indices?.groups ?? {})) if (place) regions.hide(place[0], place[1]);
}
