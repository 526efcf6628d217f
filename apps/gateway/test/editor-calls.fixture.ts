import { EvaluateExpression, expressionEndpoints, stepTestEndpoints, TestStep } from '@millrace/contracts';

/** What services answer to calls of people who build workflows. */
export const EDITOR_ANSWERS: [{ readonly subject: string }, () => unknown][] = [
  [EvaluateExpression, () => expressionEndpoints.evaluate.answer.example],
  [TestStep, () => stepTestEndpoints.test.answer.example],
];

/** These calls. */
export const EDITOR_CALLS: [method: string, path: string, status: number, body: string][] = [
  ['POST', '/v1/expressions/evaluate', 200, '{"template":"{{input}}","context":{"input":1}}'],
  ['POST', '/v1/steps/test', 200, JSON.stringify(stepTestEndpoints.test.body.example)],
];
