import type { ExecutionEvent } from '@millrace/contracts';
import { StepFailure } from '../../src/steps/step-failure.js';
import type { Announcement } from '../../src/steps/step-handler.js';
import { hash } from './hash.js';

/** A mail as the outside saw it. */
export interface SimulatedMail {
  readonly id: string;
  readonly to: string;
  readonly number: number;
}

/** The server that mails to approvers go to; it notes what no executor may do. */
export class SimulatedMails {
  readonly mails: SimulatedMail[] = [];
  readonly violations: string[] = [];

  constructor(
    private readonly seed: number,
    /** What is recorded by now. */
    private readonly events: () => readonly ExecutionEvent[],
  ) {}

  /** As an executor's process sends it, which `isReplaced` says of and `pass` lets time pass for. */
  async send(
    { asked, to, number }: Announcement,
    { pass, isReplaced }: { pass: (milliseconds: number) => Promise<void>; isReplaced: boolean },
  ): Promise<string> {
    const { id } = asked;
    if (!isReplaced) this.#check(id, to, number);
    const attempt = this.mails.push({ id, to, number });
    const chance = hash(`${this.seed}:${id}:${to}:${number}:${attempt}`) % 100;
    await pass(1 + (chance % 40));
    if (chance < 25) throw new StepFailure('EMAIL_FAILED', 'Later');
    if (chance < 32) throw new StepFailure('EMAIL_REFUSED', 'No');
    if (chance < 40) throw new StepFailure('EMAIL_POSSIBLY_SENT', 'The connection broke');
    return `<${id}.${number}>`;
  }

  #check(id: string, to: string, number: number): void {
    const ofThis = this.events().filter((event) => 'approval_id' in event && event.approval_id === id);
    const isAsked = this.events().some((event) => event.type === 'step_waiting' && JSON.stringify(event).includes(id));
    const isReminded = ofThis.some((event) => event.type === 'approval_reminded' && event.number === number);
    if (number === 0 ? !isAsked : !isReminded)
      this.violations.push(`${id}: a mail left before what it is about was durable`);
    const settled = ofThis.some(
      (event) =>
        event.type === 'approval_mailed' && event.to === to && event.number === number && event.retry_at === undefined,
    );
    if (settled) this.violations.push(`${id}: a mail left again whose result is recorded`);
  }
}
