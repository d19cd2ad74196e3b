/**
 * Version of the event schema. A reader accepts every minor of its own major and refuses another major.
 * Minor: a kind or a field was added at the end. Major: anything that moved, went away or changed its meaning.
 * 1.1: kinds for files, datagrams, DNS and notable calls. 1.2: users, groups and probes of containers.
 */
export const VERSION = { major: 1, minor: 2 } as const;
