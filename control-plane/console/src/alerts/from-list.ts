/** State of a history entry that was opened from the list: closing it may go back instead of adding an entry. */
export const FROM_LIST = { fromList: true } as const;

export const isFromList = (state: unknown): boolean => (state as { fromList?: unknown } | null)?.fromList === true;
