import { stringifyJson } from '@millrace/expression/exact';
import { jsonSchema, tool, type JSONValue, type ModelMessage, type ToolSet } from 'ai';
import type { ToolResult, ToolTurn } from '../steps/step-handler.js';
import type { OfferedTool } from './offered-tool.js';

/** Tools as the client libraries take them. What a model passes is checked where it is used. */
export function toolSet(tools: readonly OfferedTool[]): ToolSet {
  return Object.fromEntries(
    tools.map(({ name, description, schema }) => [name, tool({ description, inputSchema: jsonSchema(schema) })]),
  );
}

/** What was said about tools, as messages. */
export function turnMessages(turns: readonly ToolTurn[]): ModelMessage[] {
  let before = 0;
  return turns.flatMap(({ text, calls }): ModelMessage[] => {
    const first = before;
    before += calls.length;
    return [
      {
        role: 'assistant',
        content: [
          ...(text === '' ? [] : [{ type: 'text' as const, text }]),
          ...calls.map(({ name, input }, index) => ({
            type: 'tool-call' as const,
            ...{ toolCallId: idOfCall(first + index), toolName: name, input: asDoubles(input) },
          })),
        ],
      },
      {
        role: 'tool',
        content: calls.map(({ name, result }, index) => ({
          type: 'tool-result' as const,
          ...{ toolCallId: idOfCall(first + index), toolName: name, output: outputOf(result) },
        })),
      },
    ];
  });
}

/**
 * By its place in the conversation. The id that the model gave it may be another company's, if this one is asked as a fallback, and Mistral refuses all but
 * nine letters and digits.
 */
function idOfCall(index: number): string {
  return `call${String(index).padStart(5, '0')}`;
}

function outputOf(result: ToolResult) {
  if ('error' in result) return { type: 'error-text' as const, value: result.error };
  const { output } = result;
  // As JSON text where it is no text: numbers keep all of their digits.
  return { type: 'text' as const, value: typeof output === 'string' ? output : stringifyJson(output ?? null) };
}

/** The libraries write it as JSON themselves, and know no other numbers. */
function asDoubles(input: unknown): JSONValue {
  return JSON.parse(stringifyJson(input ?? null)) as JSONValue;
}
