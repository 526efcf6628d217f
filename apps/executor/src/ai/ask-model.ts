import { LIMITS } from '@millrace/contracts';
import { traced } from '@millrace/messaging';
import type { HttpRoutes, SafeHttpClient } from '@millrace/service-kit/safe-http';
import type { Clock } from '../clock.js';
import { alsoHiding } from './credential.js';
import { GuardedFetch, type FetchLimits } from './guarded-fetch.js';
import type { Said as Reply, Question } from './model-call.js';
import type { ChosenModel, NamedProvider } from './model-choice.js';
import { lateImport } from '../late-import.js';

const modelCall = lateImport(() => import('./model-call.js'));
const streamedCall = lateImport(() => import('./streamed-call.js'));
const modelFailures = lateImport(() => import('./model-failure.js'));

/** What models are asked with. */
export interface ModelNeeds {
  /** Calls the providers of that owner. */
  readonly clients: Readonly<Record<NamedProvider['owner'], Pick<SafeHttpClient, 'request'>>>;
  /** What calls of an organisation are made with besides, which nobody may see: proxies repeat what they are sent. */
  readonly secretsOf?: HttpRoutes['secretsOf'];
  /** `User-Agent` of the requests. */
  readonly userAgent: string;
  /** For a `Retry-After` that names a time, and for turns at the process. */
  readonly clock: Pick<Clock, 'now' | 'yield'>;
  /** Milliseconds of a call whose step has no timeout; by default the limit of the installation. */
  readonly callMs?: number;
}

/** What bounds a question. */
export interface AskLimits extends Omit<FetchLimits, 'turn' | 'callMs'> {
  /** Called with the bytes of what a model writes, as it writes them; not for an answer that comes whole. */
  readonly onSaid?: (bytes: number) => void;
}

/** What a model said, without the key of its provider. */
export interface Said extends Reply {
  /** Its words, maybe none, when it refuses to answer; else null. */
  readonly refusal: string | null;
  /** It ended because there was no more room behind the prompt. */
  readonly isContextFull: boolean;
}

/** Asks a model once. Throws StepFailure, what the signal was aborted with, and AppError for a key that cannot be opened. */
export async function askModel(
  needs: ModelNeeds,
  chosen: ChosenModel,
  question: Question,
  limits: AskLimits,
): Promise<Said> {
  const { provider } = chosen;
  const { signal, organisationId } = limits;
  const credential = alsoHiding(provider.credential(), needs.secretsOf?.(organisationId) ?? []);
  const guarded = new GuardedFetch(needs.clients[provider.owner], needs.userAgent, {
    ...limits,
    turn: () => needs.clock.yield(organisationId),
    callMs: needs.callMs ?? LIMITS.aiCallMs,
  });
  const [{ callModel }, { streamModel }, { modelFailure }] = await Promise.all([
    modelCall(),
    streamedCall(),
    modelFailures(),
  ]);
  signal.throwIfAborted();
  // The client library would parse the beginning of JSON again with each piece of it.
  const sink = question.schema === undefined ? (limits.sink?.(credential.redact) ?? null) : null;
  const access = { credential, guarded, signal, onSaid: limits.onSaid ?? (() => undefined) };
  try {
    const reply = await traced('call model', { kind: 'client' }, () =>
      sink === null ? callModel(chosen, question, access) : streamModel(chosen, question, access, sink),
    );
    if (guarded.saidError !== undefined) throw new Error('The answer has an error in it');
    sink?.end();
    const { refusal = null, isContextFull = false } = guarded.unreported ?? {};
    return credential.redact({ ...reply, refusal, isContextFull });
  } catch (error) {
    sink?.drop();
    signal.throwIfAborted();
    throw modelFailure(error, { ...chosen, credential, now: needs.clock.now(), said: guarded.saidError });
  }
}
