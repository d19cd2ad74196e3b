/** A wider text that may stand for a text, and how many different texts within it make it a wildcard. */
export interface Wider {
  readonly text: string;
  readonly atLeast: number;
}

const MOST_NETS = 8;
const MOST_NAMES = 6;

/** A peer with its port, `10.0.3.0/24:443` or `cdn7.example.org:443`: a wider network, or any name below one. */
export function widerPeers(text: string): Wider[] {
  const colon = text.lastIndexOf(':');
  if (colon < 0) return [];
  const [peer, port] = [text.slice(0, colon), text.slice(colon)];
  const net = widerNet(peer);
  if (net !== undefined) return [{ text: net + port, atLeast: MOST_NETS }];
  return widerNames(peer).map((name) => ({ ...name, text: name.text + port }));
}

/** `cdn7.example.org`: names below one that is not everybody's. */
export function widerNames(text: string): Wider[] {
  const labels = text.split('.');
  const [first = '', ...rest] = labels;
  const parent = rest.join('.');
  if (rest.length < 2 || !NAME.test(text) || first.length > LONGEST_LABEL || SHARED.test(parent)) return [];
  return [{ text: `*.${parent}`, atLeast: MOST_NAMES }];
}

const NAME = /^[A-Za-z0-9_*-]+(?:\.[A-Za-z0-9_-]+)+$/;
/** A longer label may carry data. */
const LONGEST_LABEL = 24;
/** Below these everybody can have a name; and services of one cluster are told apart. */
const SHARED =
  /^(?:(?:co|com|net|org|gov|edu|ac)\.[a-z]{2}|github\.io|(?:.*\.)?(?:amazonaws\.com|cloudfront\.net|azurewebsites\.net|windows\.net|googleapis\.com|appspot\.com|workers\.dev|herokuapp\.com|cluster\.local|in-addr\.arpa|ip6\.arpa))$/;

/** The /16 of an address or a /24 of IPv4, the /48 of a /64; undefined for names. */
function widerNet(peer: string): string | undefined {
  const v4 = /^(\d{1,3}\.\d{1,3})\.\d{1,3}\.(?:\d{1,3}|\*)(?:\/24)?$/.exec(peer);
  if (v4) return `${v4[1]}.0.0/16`;
  const v6 = /^\[?([0-9a-f]{1,4}:[0-9a-f]{1,4}:[0-9a-f]{1,4}):.*\/64\]?$/i.exec(peer);
  return v6 ? `${v6[1]}::/48` : undefined;
}
