import { messageOf } from '@picket/sdk';

const MOST = 200;

/**
 * Why a call to Kubernetes failed, in a line that may be logged. The errors of the client carry whole requests and
 * answers, tokens among them: only status, system code and the first words of the message are taken.
 */
export function errorReason(error: unknown): string {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const { code, statusCode } = at as { code?: unknown; statusCode?: unknown };
    const status = typeof code === 'number' ? code : statusCode;
    if (typeof status === 'number') return `the server answered ${status}${HINTS[status] ?? ''}`;
    if (typeof code === 'string') return code;
  }
  return messageOf(error).split('\n')[0]?.slice(0, MOST) ?? '';
}

const HINTS: Readonly<Record<number, string>> = {
  401: ': the credentials are not valid',
  403: ': the account may not list and watch pods, see the role in docs/agent.md',
};
