import { Inject, Injectable } from '@nestjs/common';
import { LIMITS, VersionSnapshot, type ErrorCode, type Failure } from '@millrace/contracts';
import { ExpressionError } from '@millrace/expression';
import { parseJson } from '@millrace/expression/exact';
import { BUS, Gate, workMeter, type Bus } from '@millrace/messaging';
import { planWorkflow, type WorkflowPlan } from '@millrace/schema';
import { InputUnknownError, shownWithin } from '@millrace/service-kit/rendered-config';
import { ExecutionSources, type ExecutionAddress } from '../executions/execution-sources.js';
import { renderInput } from './render-input.js';
import { ScopeReading, type Started } from './scope-reading.js';
import { placeOf } from './step-place.js';
import { loopsAround, StepScope, wantedResults } from './step-scope.js';

/** An attempt of a step, and of which version of which workflow. */
export interface InputQuestion extends ExecutionAddress {
  readonly path: string;
  readonly workflowId: string;
  readonly version: number;
  /** ISO time of the beginning of the attempt. */
  readonly startedAt: string;
  /** The document that a test runs in the place of the version. */
  readonly document: string | undefined;
}

/** What a step was given, or why that is not known. */
export interface StepInput {
  readonly input: unknown;
  readonly input_error?: Failure;
}

/** Inputs that are worked out at once; one organisation has half of them. */
const AT_ONCE = 2;

/** Works out what steps were given: nothing of it is recorded, as it follows from what is. */
@Injectable()
export class StepInputsService {
  readonly #gate = new Gate(AT_ONCE);

  constructor(
    private readonly sources: ExecutionSources,
    @Inject(BUS) private readonly bus: Pick<Bus, 'snapshots'>,
  ) {}

  /** Never fails for what is the execution's. Throws what {@link ExecutionSources.read} throws. */
  async inputOf(question: InputQuestion): Promise<StepInput> {
    const leave = await this.#gate.enter(question.organisation_id);
    try {
      const input = await this.#workOut(question);
      return { input: shownWithin(input, LIMITS.answerValueBytes) };
    } catch (error) {
      return { input: null, input_error: failureOf(error) };
    } finally {
      leave();
    }
  }

  async #workOut(question: InputQuestion): Promise<unknown> {
    const { organisation_id: owner, execution_id, workflowId, version, path, startedAt } = question;
    const { plan, name } = await this.#planOf(question);
    const place = placeOf(plan, path);
    if (!place) throw new InputUnknownError('The version of the workflow has no such step');
    const [wanted, loops] = [wantedResults(place), loopsAround(place)];
    const { reading } = await this.sources.read(question, () => new ScopeReading(path, wanted, loops));
    if (!reading.started) throw new InputUnknownError('The beginning of the execution is not recorded');
    const { started, results, beginnings } = reading as ScopeReading & { started: Started };
    const scope = new StepScope({
      owner: { execution_id, workflow_id: workflowId, version },
      version: { plan, name },
      place,
      reading: { started, results, beginnings },
    });
    return workMeter.run('working out the input of a step', owner, () =>
      renderInput(place, scope, { path, startedAt }),
    );
  }

  async #planOf(question: InputQuestion): Promise<{ plan: WorkflowPlan; name: string }> {
    const { organisation_id, workflowId: workflow_id, version } = question;
    const snapshot = await this.bus.snapshots.get(VersionSnapshot, { workflow_id, version });
    if (snapshot?.organisation_id !== organisation_id)
      throw new InputUnknownError('The version of the workflow is not published any more');
    const document = question.document ?? snapshot.document;
    return { plan: planWorkflow(parseJson(document)), name: snapshot.name };
  }
}

function failureOf(error: unknown): Failure & { readonly code: ErrorCode } {
  if (error instanceof InputUnknownError) return { code: 'INPUT_UNKNOWN', message: error.message };
  if (error instanceof ExpressionError) {
    const { message, field } = error;
    return { code: 'EXPRESSION_FAILED', message, ...(field === undefined ? {} : { details: { field } }) };
  }
  throw error;
}
