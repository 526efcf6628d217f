import { validateWorkflow } from './validate-workflow.js';

const steps = [{ id: 'a', type: 'transform', config: { output: 1 } }];
const problemsOf = (address: string, mailboxes?: readonly string[]) => {
  const trigger = { type: 'email', config: { address } };
  return validateWorkflow({ name: 'x', trigger, steps }, mailboxes && { mailboxes }).problems;
};

it.each(['*@example.com', 'support*@example.com', 'support@*'])(
  'the address %s is refused, also where a mailbox has it, for it is no pattern',
  (address) => {
    const refused = [{ severity: 'error', code: 'invalid_value', path: 'trigger.config.address' }];
    const problems = problemsOf(address, ['*@example.com']);
    expect(problems).toMatchObject(refused);
    expect(problems[0]?.hint).toContain('a trigger of its own');
    expect(problemsOf(address)).toMatchObject(refused);
  },
);

it('an address of a mailbox for a domain is taken', () => {
  expect(problemsOf('support@example.com', ['*@example.com'])).toEqual([]);
});
