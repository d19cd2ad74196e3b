import type { GuestFinding } from '../instance/host-functions.ts';
import { MAX_SAID, type ReplyMessage } from './messages.ts';

/** What a detector says in one call, up to a size that the control plane takes as one answer. */
export class SaidInCall {
  findings: GuestFinding[] = [];
  logs: ReplyMessage['logs'][number][] = [];
  proposals: ReplyMessage['proposals'][number][] = [];
  droppedFindings = 0;
  droppedLogs = 0;
  droppedProposals = 0;
  #room = MAX_SAID;

  clear(): void {
    this.findings = [];
    this.logs = [];
    this.proposals = [];
    this.droppedFindings = 0;
    this.droppedLogs = 0;
    this.droppedProposals = 0;
    this.#room = MAX_SAID;
  }

  emit(finding: GuestFinding): void {
    const texts = finding.fields.flat();
    texts.push(finding.title, finding.message, finding.groupKey);
    if (this.#fits(texts)) this.findings.push(finding);
    else this.droppedFindings++;
  }

  log(level: number, message: string): void {
    if (this.#fits([message])) this.logs.push({ level, message });
    else this.droppedLogs++;
  }

  propose(action: string, target: string, reason: string): void {
    if (this.#fits([action, target, reason])) this.proposals.push({ action, target, reason });
    else this.droppedProposals++;
  }

  #fits(texts: readonly string[]): boolean {
    const units = texts.reduce((sum, text) => sum + text.length, 64);
    if (units > this.#room) return false;
    this.#room -= units;
    return true;
  }
}
