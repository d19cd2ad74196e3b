/** Text that both databases take: PostgreSQL refuses NUL and halves of surrogate pairs. */
export const storableText = (text: string): string => text.toWellFormed().replaceAll('\0', '\uFFFD');

/** A pattern for LIKE ... ESCAPE '\' that finds the text anywhere. */
export const containsPattern = (text: string): string => `%${storableText(text).replace(/[\\%_]/g, '\\$&')}%`;
