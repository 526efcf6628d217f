import { AppError, CreditsNoted, type CreditEntry, type ModelUse, type StepUsage } from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import { callId, CreditAccounts, reserve, settle } from '@millrace/service-kit/credits';
import type { Logger } from '@millrace/service-kit/logging';
import { organisationOf } from '@millrace/service-kit/organisations';
import { isoTime, type Clock } from '../../clock.js';
import { StepFailure } from '../../steps/step-failure.js';
import type { EffectCall } from '../../steps/step-handler.js';
import type { ChosenModel } from '../model-choice.js';
import { creditMetrics } from './metrics.js';
import { costOf, priceOf, type DefaultPrice, type KnownPrice } from './prices.js';

/** What a call sends at most: tokens are never shorter than a byte, and each message and schema has some around it. */
const FRAME_TOKENS = 500;
/** A call may be made again after once to twice so long: others are over by then. */
const BUSY_MS = 1_000;
/** Of what is not counted: bytes of a token. */
const BYTES_PER_TOKEN = 3;

/** A call of a model that is about to be made. */
export interface ModelCall {
  readonly call: Pick<
    EffectCall,
    'organisationId' | 'executionId' | 'workflowId' | 'label' | 'path' | 'attempt' | 'redact' | 'signal' | 'timeoutMs'
  >;
  /** The place of the call among those of its attempt, from 1. */
  readonly number: number;
  readonly chosen: ChosenModel;
  /** Bytes of all texts that are sent. */
  readonly bytes: number;
  readonly maxTokens: number;
}

/** Called with how the call went. Neither of them throws. */
export interface Charge {
  /** Returns what the call costs in credits, whether anybody is charged for it or not; null when its price is not known. */
  used(usage: StepUsage, answerBytes: number): Promise<number | null>;
  /** `saidBytes`: what it had said by then. */
  failed(error: unknown, saidBytes: number): Promise<void>;
}

/** Takes what calls of models cost. */
export interface Charges {
  /**
   * Before the call: holds back what it may cost at most. Throws StepFailure INSUFFICIENT_CREDITS and CREDITS_BUSY, AppError SERVICE_UNAVAILABLE.
   */
  begin(call: ModelCall): Promise<Charge>;
}

/** {@link Charges} of organisations that have a balance; of all others only what they used is noted. */
export class ModelCharges implements Charges {
  readonly #accounts: CreditAccounts;

  constructor(
    private readonly bus: Pick<Bus, 'snapshots' | 'creditRecords' | 'publish'>,
    private readonly byDefault: DefaultPrice,
    private readonly clock: Pick<Clock, 'now'>,
    private readonly logger: Pick<Logger, 'warn'>,
  ) {
    this.#accounts = new CreditAccounts(bus, (organisationId, entry) => this.#tell(organisationId, entry));
  }

  async begin(wanted: ModelCall): Promise<Charge> {
    const { call, chosen, bytes, maxTokens } = wanted;
    const price = priceOf(chosen, this.byDefault);
    const most = price === null ? 0 : costOf(price, bytes + FRAME_TOKENS, maxTokens);
    const isCharged = most > 0 && chosen.provider.owner === 'installation' && (await this.#isLimited(call));
    if (isCharged) await this.#reserve(wanted, most);
    const spend = (used: Spent): Promise<void> =>
      this.#quietly(isCharged ? this.#settle(wanted, used) : this.#note(wanted, used));
    const cost = (input: number, output: number): number | null =>
      price === null ? null : costOf(price, input, output);
    return {
      used: async ({ input_tokens, output_tokens }, answerBytes) => {
        const spent = cost(input_tokens ?? estimate(bytes), output_tokens ?? estimate(answerBytes));
        await spend({ cost: spent, input_tokens, output_tokens });
        return spent;
      },
      failed: (error, saidBytes) => this.#failed(wanted, { error, saidBytes }, { spend, price, most }),
    };
  }

  /** What is known of a call that gave no answer: what the provider refused costs nothing. */
  async #failed(
    { call: { signal }, bytes, maxTokens }: ModelCall,
    { error, saidBytes }: { readonly error: unknown; readonly saidBytes: number },
    { spend, price, most }: { spend: (used: Spent) => Promise<void>; price: KnownPrice | null; most: number },
  ): Promise<void> {
    const unknown = { input_tokens: null, output_tokens: null };
    // Given to another executor, which makes the call again under the same id: what is reserved for it expires by itself.
    if (signal.aborted && !(signal.reason instanceof StepFailure)) return;
    const wasAnswered = error instanceof StepFailure && error.code === 'AI_ANSWER_TOO_LARGE';
    if (wasAnswered) return spend({ ...unknown, cost: price && most });
    // What nobody waits for any more has been sent all the same, and so has what the model has begun to answer.
    if (signal.aborted || isTimeout(error) || saidBytes > 0) {
      const said = Math.min(estimate(saidBytes), maxTokens);
      return spend({ ...unknown, cost: price && costOf(price, estimate(bytes), said) });
    }
    await spend({ ...unknown, cost: 0 });
  }

  async #isLimited({ organisationId }: ModelCall['call']): Promise<boolean> {
    return (await organisationOf(this.bus.snapshots, organisationId))?.limited_credits === true;
  }

  async #reserve(wanted: ModelCall, amount: number): Promise<void> {
    const id = idOf(wanted);
    const { account, outcome } = await this.#accounts.change(wanted.call.organisationId, (found) => {
      // It is published as limited, so that there is one: its record was lost, and is made again of the ledger.
      if (found === null)
        throw new AppError('SERVICE_UNAVAILABLE', { message: 'The balance of credits cannot be read' });
      if (!found.limited) return { account: found, outcome: 'reserved' as const };
      return reserve(found, { id, amount, now: this.clock.now(), mayTakeMs: wanted.call.timeoutMs ?? 0 });
    });
    if (outcome === 'reserved' || outcome === 'charged') return;
    creditMetrics.refused(outcome);
    if (outcome === 'busy')
      throw new StepFailure(
        'CREDITS_BUSY',
        'What is left of the credits of the organisation is held back for calls that are under way, or too many are at once',
        {
          details: { needed: amount, balance: account.balance },
          askedDelayMs: Math.ceil(BUSY_MS * (1 + Math.random())),
        },
      );
    throw new StepFailure(
      'INSUFFICIENT_CREDITS',
      `The call may cost up to ${amount} credits, and the organisation has ${account.balance}`,
      { details: { needed: amount, balance: account.balance } },
    );
  }

  async #settle(wanted: ModelCall, spent: Spent): Promise<void> {
    const usage = useOf(wanted, spent);
    const change = { id: idOf(wanted), cost: spent.cost ?? 0, usage };
    await this.#accounts.change(wanted.call.organisationId, (found) => {
      if (found === null)
        throw new AppError('SERVICE_UNAVAILABLE', { message: 'The balance of credits cannot be read' });
      return { account: settle(found, { ...change, now: this.clock.now() }) };
    });
    creditMetrics.charged(change.cost);
  }

  async #note(wanted: ModelCall, spent: Spent): Promise<void> {
    // A call that was refused has used nothing.
    if (spent.cost === 0 && spent.input_tokens === null) return;
    await this.bus.publish(CreditsNoted, {
      organisation_id: wanted.call.organisationId,
      note_id: idOf(wanted),
      at: isoTime(this.clock.now()),
      usage: useOf(wanted, spent),
    });
  }

  async #tell(organisation_id: string, entry: CreditEntry): Promise<void> {
    await this.bus.publish(CreditsNoted, { organisation_id, note_id: String(entry.sequence), at: entry.at, entry });
  }

  /** The model has responded: that must not be lost because it could not be charged. What is reserved expires by itself. */
  async #quietly(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      creditMetrics.unsettled();
      this.logger.warn({ err: error }, 'What a model was used for could not be charged or noted');
    }
  }
}

/** The client's own time was over. */
function isTimeout(error: unknown): boolean {
  return error instanceof StepFailure && error.code === 'AI_UNAVAILABLE' && error.details?.['cause'] === 'TIMEOUT';
}

/** What a call has used; a cost of null is not known. */
interface Spent {
  readonly cost: number | null;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
}

/** The same for the same call of the same attempt, whichever executor makes it. */
function idOf({ call: { executionId, path, attempt }, number }: ModelCall): string {
  return callId(`${executionId}:${path}#${attempt}.${number}`);
}

function useOf({ call, chosen: { provider, model } }: ModelCall, spent: Spent): ModelUse {
  return {
    workflow_id: call.workflowId,
    execution_id: call.executionId,
    step_path: call.path,
    ...(call.label === undefined ? {} : { label: call.label }),
    provider: provider.name,
    owner: provider.owner,
    model: call.redact === null ? model : call.redact(model),
    ...spent,
  };
}

function estimate(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}
