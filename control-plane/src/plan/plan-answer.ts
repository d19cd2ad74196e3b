import { messageOf } from '@picket/sdk';
import { z } from 'zod';
import { ControlPlaneError } from '../errors.ts';

const Answer = z.union([
  z.object({ ok: z.literal(true) }),
  z.object({ ok: z.literal(false), error: z.object({ code: z.string().max(64), message: z.string() }) }),
]);
const LONGEST_WHY = 300;

/** @throws ControlPlaneError PLAN_REFUSED with why an agent did not take a plan, and what to do */
export function readAnswer(node: string, data: Uint8Array): void {
  const answer = parse(node, data);
  if (answer.ok) return;
  const { code, message } = answer.error;
  const advice =
    code === 'COMMAND_UNKNOWN'
      ? 'its agent is too old to know plans and goes on with what it has attached: bring it to this version'
      : 'it goes on with the plan it had: bring agent and control plane to one version, or correct PICKET_PLAN_FILE';
  throw new ControlPlaneError(
    'PLAN_REFUSED',
    `node ${node} refused the probe plan (${code}: ${message.slice(0, LONGEST_WHY)}); ${advice}`,
  );
}

function parse(node: string, data: Uint8Array): z.output<typeof Answer> {
  try {
    return Answer.parse(JSON.parse(new TextDecoder().decode(data)));
  } catch (cause) {
    throw new ControlPlaneError(
      'PLAN_REFUSED',
      `node ${node} answered the probe plan with something else than an answer (${messageOf(cause).slice(0, LONGEST_WHY)}): bring its agent to this version`,
      { cause },
    );
  }
}
