import type { EffectCall } from '../../src/steps/step-handler.js';

/** A call of an effect as the engine makes it, but for what a test says. */
export function anEffectCall(changes: Partial<EffectCall> = {}): EffectCall {
  return {
    organisationId: 'org_1',
    idempotencyKey: 'exec_1:step',
    signal: new AbortController().signal,
    firstStartedAt: Date.now(),
    timeoutMs: null,
    failTimeoutWith: () => undefined,
    onBytesRead: () => undefined,
    onUsage: () => undefined,
    onLog: () => undefined,
    ...changes,
  };
}
