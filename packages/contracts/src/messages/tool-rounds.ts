import { z } from 'zod';
import { carried } from '../open-values.js';
import { stepUsageSchema } from '../step-usage.js';

/** One call of a tool that a model has asked for. */
const toolCallSchema = carried({
  /** As the model names the call. */
  id: z.string(),
  /** As the model names the tool. */
  name: z.string(),
  /** What the model passes, masked: the input of the execution. */
  input: z.unknown().optional(),
  /** The execution that the call starts; absent for a call that starts none. */
  execution_id: z.string().optional(),
  /** Why it starts none, as the model gets it. */
  error: z.string().optional(),
});
/** See {@link toolCallSchema}. */
export type RecordedToolCall = z.output<typeof toolCallSchema>;

/** What a model has said that asks for tools, masked. */
const toolTurnSchema = carried({ text: z.string(), calls: z.array(toolCallSchema) });
/** See {@link toolTurnSchema}. */
export type RecordedToolTurn = z.output<typeof toolTurnSchema>;

/** What a step is to know when it goes on with its model, in the `frozen` of the `step_waiting` with which it waits for tools. */
const toolRoundSchema = carried({
  /** What the model has said since the round before; only the last turn starts executions. */
  turns: z.array(toolTurnSchema),
  /** Calls of models that the attempt has made by then. */
  asked: z.number().int(),
  /** What they have used together. */
  usage: carried(stepUsageSchema.shape).optional(),
});
/** See {@link toolRoundSchema}. */
export type RecordedToolRound = z.output<typeof toolRoundSchema>;

const frozenSchema = z.object({ tools: toolRoundSchema });

/** The round of tools that a step waits for by its `step_waiting`; null for any other wait. */
export function toolRoundIn({
  waits_for,
  frozen,
}: {
  readonly waits_for: string;
  readonly frozen?: unknown;
}): RecordedToolRound | null {
  if (waits_for !== 'sub_workflow') return null;
  const parsed = frozenSchema.safeParse(frozen);
  return parsed.success ? parsed.data.tools : null;
}
