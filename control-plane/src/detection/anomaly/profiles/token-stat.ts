/** What was seen of one token while learning. */
export interface TokenStat {
  /** `<class>:<text>` */
  readonly token: string;
  /** Windows it came in. */
  readonly windows: number;
  /** Containers it came in. */
  readonly runs: number;
  /** Event time, ms since 1970. */
  readonly firstSeen: number;
  readonly lastSeen: number;
}

/** The class of a token, a letter; empty for a text that is no token. */
export const classOf = (token: string): string => (token.charCodeAt(1) === COLON ? token.charAt(0) : '');

/** What a token says within its class. */
export const textOf = (token: string): string => token.slice(2);

const COLON = 58;
