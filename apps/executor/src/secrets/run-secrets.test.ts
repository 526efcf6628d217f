import { randomBytes } from 'node:crypto';
import type { RunRequest } from '@millrace/contracts';
import { planWorkflow } from '@millrace/schema';
import { Keyring } from '@millrace/service-kit/sealing';
import { transform } from '../steps/transform.step.js';
import { WorkflowProgram } from '../steps/step-program.js';
import { SecretsOfRuns } from './run-secrets.js';

const steps = [{ id: 'a', type: 'transform', config: { output: '{{secrets.key}}' } }];
const program = new WorkflowProgram(planWorkflow({ name: 'x', steps }), 'Test', { transform });
const request = { organisation_id: 'org_a', execution_id: 'exec_a' } as RunRequest;

it('lets others have a turn between one large mask and the next', async () => {
  const read = () => Promise.resolve({ key: randomBytes(4_096).toString('hex') });
  const secrets = new SecretsOfRuns({ read }, new Keyring(undefined));
  let turns = 0;
  let isDone = false;
  const takeTurns = (): void => {
    turns++;
    if (!isDone) setImmediate(takeTurns);
  };
  setImmediate(takeTurns);
  const made = await Promise.all(Array.from({ length: 5 }, () => secrets.of(request, program).then(() => turns)));
  isDone = true;
  expect(new Set(made).size).toBe(5);
});
