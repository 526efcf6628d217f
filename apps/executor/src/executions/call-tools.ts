import { LIMITS, type RecordedToolCall } from '@millrace/contracts';
import { redacted } from '@millrace/service-kit/redaction';
import type { Task } from '../engine/frames.js';
import { sizeOf } from '../engine/value-size.js';
import { StepFailure } from '../steps/step-failure.js';
import type { AdmittedTool, CallTools, ToolProgress, ToolResult, ToolTurn } from '../steps/step-handler.js';
import type { ChildExecutions } from './child-executions.js';
import { childFailure } from './child-failure.js';
import type { RunContext } from './run-context.js';

type Context = Pick<RunContext, 'children' | 'redact'>;

/** What an attempt can know of its tools: which it may use, and what came of those that it has used. */
export function callTools(context: Context, task: Pick<Task, 'path' | 'tools'>): CallTools {
  return {
    admitted: (workflowIds) => admitted(childrenOf(context), workflowIds, task.path),
    progress: () => progressOf(context, task),
  };
}

async function admitted(
  children: ChildExecutions,
  workflowIds: readonly string[],
  path: string,
): Promise<AdmittedTool[]> {
  const tools: AdmittedTool[] = [];
  for (const workflowId of workflowIds) {
    const version = await children.admit(workflowId, true, path);
    const tool = await children.toolOf(workflowId, version);
    if (tool === null)
      throw new StepFailure(
        'WORKFLOW_NOT_A_TOOL',
        `Workflow ${workflowId} may not be used as a tool: give it settings.tool, with a name and a description`,
        { details: { workflow_id: workflowId } },
      );
    tools.push({ workflowId, version, tool });
  }
  return tools;
}

async function progressOf(context: Context, { tools }: Pick<Task, 'tools'>): Promise<ToolProgress> {
  const rounds = tools?.rounds ?? [];
  const turns: ToolTurn[] = [];
  for (const { text, calls } of rounds.flatMap((round) => round.turns)) {
    const answered = [];
    for (const call of calls) answered.push({ ...callOf(call), result: await resultOf(context, call) });
    turns.push({ text, calls: answered });
  }
  const latest = rounds.at(-1);
  return { turns, asked: latest?.asked ?? 0, usage: latest?.usage };
}

function callOf({ id, name, input = null }: RecordedToolCall): { id: string; name: string; input: unknown } {
  return { id, name, input };
}

async function resultOf(context: Context, call: RecordedToolCall): Promise<ToolResult> {
  const { execution_id, error = 'It was not run' } = call;
  if (execution_id === undefined) return { error };
  const end = await childrenOf(context).endOf(execution_id);
  if (end?.type !== 'completed') {
    const { message } = childFailure({ execution_id, workflow_id: '', version: 0, awaited: true }, end);
    return redacted({ error: message }, context.redact);
  }
  const output = redacted(end.output ?? null, context.redact);
  const limit = LIMITS.aiToolResultBytes;
  if (sizeOf(output, limit).bytes <= limit) return { output };
  return { error: `The result is larger than ${limit} bytes of JSON: ask for less` };
}

function childrenOf({ children }: Context): ChildExecutions {
  if (children === undefined) throw new StepFailure('STEP_TYPE_UNAVAILABLE', 'This executor starts no sub-workflows');
  return children;
}
