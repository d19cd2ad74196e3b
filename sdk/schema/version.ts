/**
 * Version of the event schema. A reader accepts every minor of its own major and refuses another major.
 * Minor: a kind or a field was added at the end. Major: anything that moved, went away or changed its meaning.
 */
export const VERSION = { major: 1, minor: 1 } as const;
