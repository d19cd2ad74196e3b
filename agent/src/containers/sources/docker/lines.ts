/** Stands for a line that was longer than allowed. */
export const TOO_LONG = Symbol('too long');

const NEWLINE = 0x0a;

/**
 * Cuts a stream of bytes into lines; empty ones are left out, and so is an end without newline.
 * @param most most bytes of a line; of a longer one nothing is kept
 */
export async function* linesOf(
  chunks: AsyncIterable<Buffer>,
  most: number,
): AsyncGenerator<string | typeof TOO_LONG, void, undefined> {
  let rest: Buffer[] = [];
  let size = 0;
  let dropping = false;
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      const whole = size + at - from;
      if (dropping || whole > most) yield TOO_LONG;
      else if (whole > 0)
        yield Buffer.concat([...rest, chunk.subarray(from, at)])
          .toString('utf8')
          .trim();
      [rest, size, dropping, from] = [[], 0, false, at + 1];
    }
    size += chunk.length - from;
    if (size > most) [rest, dropping] = [[], true];
    else if (from < chunk.length) rest.push(chunk.subarray(from));
  }
}
