import type { Msg } from '@nats-io/transport-node';

export type PublishAck = { readonly sequence: number; readonly duplicate: boolean } | { readonly failure: string };

/**
 * Reads the answer of JetStream to a publish: `{"stream","seq","duplicate"}` or `{"error":{"description"}}`; without a
 * stream the server itself answers with status 503 and no body.
 */
export function readAck(message: Pick<Msg, 'data' | 'headers'>): PublishAck {
  if (message.headers?.hasError)
    return { failure: message.headers.code === 503 ? 'there is no event stream yet' : message.headers.description };
  try {
    const answer: unknown = JSON.parse(Buffer.from(message.data).toString('utf8'));
    return ackOf(answer);
  } catch {
    // Whoever answers with something else is no JetStream; the batch is sent again.
    return { failure: 'the answer is not one of JetStream' };
  }
}

function ackOf(answer: unknown): PublishAck {
  const { seq, duplicate, error } = (answer ?? {}) as {
    seq?: unknown;
    duplicate?: unknown;
    error?: { description?: unknown };
  };
  if (error) return { failure: String(error.description ?? 'refused without a reason') };
  if (typeof seq !== 'number') return { failure: 'the answer names no sequence' };
  return { sequence: seq, duplicate: duplicate === true };
}
