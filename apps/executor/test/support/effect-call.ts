import type { EffectCall } from '../../src/steps/step-handler.js';

const noFiles = (): never => {
  throw new Error('There are no files here.');
};
const NO_FILES = { write: noFiles, open: noFiles };
const NO_TOOLS: EffectCall['tools'] = {
  admitted: () => Promise.reject(new Error('There are no tools here.')),
  progress: () => Promise.resolve({ turns: [], asked: 0, usage: undefined }),
};

/** A call of an effect as the engine makes it, but for what a test says. */
export function anEffectCall(changes: Partial<EffectCall> = {}): EffectCall {
  const { signal = new AbortController().signal } = changes;
  return {
    organisationId: 'org_1',
    executionId: 'exec_1',
    workflowId: 'wf_1',
    label: undefined,
    path: 'step',
    attempt: 1,
    redact: null,
    idempotencyKey: 'exec_1:step',
    stop: signal,
    signal,
    firstStartedAt: Date.now(),
    timeoutMs: null,
    failTimeoutWith: () => undefined,
    failLostWith: () => Promise.resolve(),
    files: NO_FILES,
    tools: NO_TOOLS,
    onBytesRead: () => undefined,
    textSink: () => null,
    onUsage: () => undefined,
    onLog: () => undefined,
    ...changes,
  };
}
