import { LIMITS } from '@millrace/contracts';
import { markedJson, newMark, unmarkedValue } from '../code/code-values.js';
import type { AskedCode, CodeReply, CodeThreads } from '../code/code-threads.js';
import { sizeOf } from '../engine/value-size.js';
import { valueField } from './fields.js';
import { StepFailure } from './step-failure.js';
import type { EffectCall, EffectHandler } from './step-handler.js';

/** Where the code runs. */
export interface CodeStepNeeds {
  readonly threads: Pick<CodeThreads, 'run'>;
}

/** Output: what the code returns, as JSON has it. It reaches nothing outside; it is an effect because it runs elsewhere, for as long as it may. */
export const code = ({ threads }: CodeStepNeeds): EffectHandler<'code'> => ({
  kind: 'effect',
  reachesOutside: false,
  compile({ source, input: given }) {
    const inputOf = valueField(given, 'input');
    return (scope, options) => {
      const input = inputOf(scope, options);
      requireSize(input);
      return async (call) => {
        const mark = newMark();
        // As a text it is in memory once more: not before its turn, for which many may wait.
        const asked = (): AskedCode => ({
          source,
          input: input === undefined ? undefined : markedJson(input, mark),
          mark,
        });
        const reply = await threads.run(call.organisationId, asked, call.signal);
        return outputOf(reply, mark, call);
      };
    };
  },
});

function outputOf(reply: CodeReply, mark: string, call: EffectCall): unknown {
  if (reply.log.length > 0) call.onLog(reply.log);
  if (reply.failure === undefined) {
    call.onBytesRead(reply.json.length);
    return unmarkedValue(reply.json, mark);
  }
  switch (reply.failure) {
    case 'time':
      throw new StepFailure(
        'CODE_TIMEOUT',
        `The code took longer than ${LIMITS.codeMs} ms; divide the work among several steps`,
        {
          details: { limit_ms: LIMITS.codeMs },
        },
      );
    case 'memory':
      throw new StepFailure(
        'CODE_OUT_OF_MEMORY',
        `The code needs more than ${LIMITS.codeMemoryBytes} bytes of memory; work on less at a time`,
        { details: { limit_bytes: LIMITS.codeMemoryBytes } },
      );
    case 'output':
      throw new StepFailure('OUTPUT_TOO_LARGE', `The output is larger than ${LIMITS.stepOutputBytes} bytes of JSON`, {
        details: { limit_bytes: LIMITS.stepOutputBytes },
      });
    case 'pending':
      throw new StepFailure(
        'CODE_FAILED',
        'The code awaits something that never comes: there is nothing to wait for in here',
      );
    case 'thrown': {
      const { name, message, line } = reply;
      const place = line === null ? '' : ` (line ${line})`;
      throw new StepFailure('CODE_FAILED', `${name}: ${message}${place}`, { details: { error: name, line } });
    }
  }
}

function requireSize(input: unknown): void {
  if (input === undefined || sizeOf(input, LIMITS.stepOutputBytes).bytes <= LIMITS.stepOutputBytes) return;
  throw new StepFailure('EXPRESSION_FAILED', `config.input has more than ${LIMITS.stepOutputBytes} bytes as JSON`, {
    details: { field: 'config.input', limit: LIMITS.stepOutputBytes },
  });
}
