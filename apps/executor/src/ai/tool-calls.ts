import { LIMITS } from '@millrace/contracts';
import { stringifyJson } from '@millrace/expression/exact';
import type { ConfigOf } from '@millrace/schema';
import { StepFailure } from '../steps/step-failure.js';
import type { EffectCall, ToolTurn, WantedToolCall } from '../steps/step-handler.js';
import type { OfferedTool, SaidCall } from './offered-tool.js';
import { answerChecks } from './answer-checks.js';

/** What a step says of its tools. */
export interface NamedTools {
  readonly tools: NonNullable<ConfigOf<'ai_completion'>['tools']>;
  readonly maxRounds: number;
}

/** Any object. */
const ANY_INPUT = { type: 'object', properties: {} };

/** Around each call and result there is a little more, which the model reads too. */
const CALL_BYTES = 64;

/** The tools of a step. Throws AppError and StepFailure for a workflow that may not be used, and for two of one name. */
export async function offeredTools({ tools }: NamedTools, call: Pick<EffectCall, 'tools'>): Promise<OfferedTool[]> {
  if (tools.length === 0) return [];
  const admitted = await call.tools.admitted(tools.map((one) => one.workflow_id));
  const offered = admitted.map((one, index): OfferedTool => {
    const { name, description } = tools[index] ?? {};
    return {
      name: name ?? one.tool.name,
      description: description ?? one.tool.description,
      schema: one.tool.input_schema ?? ANY_INPUT,
      admitted: one,
    };
  });
  const twice = offered.find(({ name }, index) => offered.findIndex((other) => other.name === name) !== index);
  if (twice === undefined) return offered;
  throw new StepFailure(
    'WORKFLOW_NOT_A_TOOL',
    `Two tools have the name "${twice.name}": give one of them a name of its own in config.tools`,
    { details: { workflow_id: twice.admitted.workflowId, name: twice.name } },
  );
}

/** What the calls of a model are to do: those that can be run, with the tool of each, and why others cannot. Throws StepFailure. */
export async function wantedCalls(
  calls: readonly SaidCall[],
  offered: readonly OfferedTool[],
): Promise<readonly WantedToolCall[]> {
  const { toolInputCheck } = await answerChecks();
  return calls.map(({ id, name, input, isValid }, index) => {
    const refused = (error: string): WantedToolCall => ({ id, name, input: isValid ? input : null, start: { error } });
    const most = LIMITS.aiToolCallsPerRound;
    if (index >= most) return refused(`Not run: at most ${most} tools run at once; call it again`);
    const tool = offered.find((one) => one.name === name);
    if (tool === undefined)
      return refused(`There is no such tool. Tools: ${offered.map((one) => one.name).join(', ')}`);
    if (!isValid) return refused('The arguments are not JSON');
    const problem = toolInputCheck(tool.schema)(input);
    if (problem !== null) return refused(`The arguments do not fit the schema: ${problem}`);
    return { id, name, input, start: tool.admitted };
  });
}

/** Calls of which none starts anything, with what is wrong with each. */
export function refusedTurn(text: string, calls: readonly WantedToolCall[]): ToolTurn {
  return {
    text,
    calls: calls.map(({ id, name, input, start }) => {
      const error = 'error' in start ? start.error : 'It was not run';
      return { id, name, input, result: { error } };
    }),
  };
}

/** Bytes of what was said about tools. */
export function turnBytes(turns: readonly ToolTurn[]): number {
  let bytes = 0;
  for (const { text, calls } of turns) {
    bytes += Buffer.byteLength(text);
    for (const { name, input, result } of calls) bytes += CALL_BYTES + jsonBytes([name, input, result]);
  }
  return bytes;
}

/** Bytes of what models get about tools. */
export function toolBytes(tools: readonly OfferedTool[]): number {
  return tools.reduce((sum, { name, description, schema }) => sum + jsonBytes([name, description, schema]), 0);
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(stringifyJson(value));
}
