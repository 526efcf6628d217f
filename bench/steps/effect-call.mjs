import { built } from './scene.mjs';

const { AttemptStop } = await built('apps/executor/dist/executions/attempt-stop.js');

const nothing = () => undefined;

/** A call of an effect as the engine makes it, without an execution around it. */
export function anEffectCall() {
  const stop = new AttemptStop();
  return {
    organisationId: 'org_1',
    executionId: 'exec_1',
    workflowId: 'wf_1',
    label: undefined,
    path: 'step',
    attempt: 1,
    redact: null,
    idempotencyKey: 'exec_1:step',
    stop,
    get signal() {
      return stop.signal;
    },
    firstStartedAt: 0,
    timeoutMs: null,
    failTimeoutWith: nothing,
    onBytesRead: nothing,
    textSink: () => null,
    onUsage: nothing,
    onLog: nothing,
  };
}

/** What the steps of these benchmarks read. */
export const SCOPE = { input: { n: 20 }, variables: {}, secrets: {}, env: {}, execution: {}, workflow: {}, trigger: {}, steps: {} }; // prettier-ignore
