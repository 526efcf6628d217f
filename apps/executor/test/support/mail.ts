import { LocalRateLimiter } from '@millrace/service-kit/rate-limits';
import { AllowList } from '@millrace/service-kit/safe-http';
import { stepDefinitions } from '@millrace/schema';
import { systemClock, type Clock } from '../../src/clock.js';
import type { CallFiles } from '../../src/files/execution-files.js';
import { InstallationSenders } from '../../src/mail/installation-senders.js';
import { MarkdownThreads } from '../../src/mail/markdown-threads.js';
import { MailRate } from '../../src/mail/mail-rate.js';
import { Mailer } from '../../src/mail/mailer.js';
import type { MailAccount, MailSenders } from '../../src/mail/sender.js';
import { email } from '../../src/steps/email.step.js';
import type { StepFailure } from '../../src/steps/step-failure.js';
import { anEffectCall } from './effect-call.js';
import { aScope, options } from './scope.js';

/** Its threads keep no process alive. */
const markdown = new MarkdownThreads();

/** A mailer that counts for itself. */
export function aMailer(allowed = '', clock: Clock = systemClock, sendMs?: number): Mailer {
  const limiter = new LocalRateLimiter('mails', 1, () => clock.now());
  const counter = { count: (_: string, caller: string, own?: number) => Promise.resolve(limiter.count(caller, own)) };
  return new Mailer(AllowList.parse(allowed), new MailRate(counter, clock), sendMs);
}

/** The installation's sender, with its account on the server. */
export function sendersOf(server: { readonly port: number }, account: Partial<MailAccount> = {}): MailSenders {
  return new InstallationSenders({
    account: { host: '127.0.0.1', port: server.port, tls: 'none', ...account },
    from: { name: 'Example', address: 'no-reply@example.com' },
    ratePerMinute: 0,
  });
}

/** What a test says of a call, besides its config. */
export interface EmailCall {
  readonly input?: object;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly key?: string;
  readonly failTimeoutWith?: (failure: StepFailure | undefined) => void;
  readonly failLostWith?: (failure: StepFailure) => Promise<void>;
  readonly files?: CallFiles;
}

/** Runs an e-mail step. */
export function runEmail(mailer: Mailer, senders: MailSenders, config: object, call: EmailCall = {}): Promise<unknown> {
  const parsed = stepDefinitions.email.config.parse(config);
  const send = email({ mailer, senders, markdown }).compile(parsed)(aScope({ input: call.input ?? {} }), options);
  return send(
    anEffectCall({
      idempotencyKey: call.key ?? 'exec_1:mail',
      firstStartedAt: Date.UTC(2026, 0, 2, 3, 4, 5),
      timeoutMs: call.timeoutMs ?? null,
      ...(call.files === undefined ? {} : { files: call.files }),
      ...(call.signal === undefined ? {} : { signal: call.signal }),
      ...(call.failLostWith === undefined ? {} : { failLostWith: call.failLostWith }),
      ...(call.failTimeoutWith === undefined ? {} : { failTimeoutWith: call.failTimeoutWith }),
    }),
  );
}
