import { dataOf, stepOutputJsonSchema, validateWorkflow, workflowJsonSchema } from './index.js';
import { STEP_TYPES, stepDefinitions } from './step-schemas.js';

describe('step definitions', () => {
  it('say what ".data" is: a member such as the body of an HTTP answer, else the output', () => {
    const answer = { status: 200, headers: {}, body: { n: 1 } };
    const withMember = STEP_TYPES.filter((type) => stepDefinitions[type].data !== null);
    expect(STEP_TYPES.filter((type) => dataOf(type, answer) !== answer)).toEqual(withMember);
    expect([dataOf('http', answer), dataOf('http', {}), dataOf('http', null)]).toEqual([{ n: 1 }, null, null]);
  });

  it('have a member of the output for ".data"', () => {
    for (const type of STEP_TYPES) {
      const { data } = stepDefinitions[type];
      if (data !== null) expect(stepOutputJsonSchema(type)).toMatchObject({ properties: { [data]: {} } });
    }
  });

  it.each(STEP_TYPES)('have an example that lacks nothing but the steps that it goes on with: %s', (type) => {
    const step = { id: 'it', type, config: stepDefinitions[type].example };
    const { problems } = validateWorkflow({ name: 'x', steps: [step] });
    expect(problems.filter(({ severity, code }) => severity === 'error' && code !== 'unknown_target')).toEqual([]);
  });

  it.each([
    ['{{input.from}}', 'must be the name of a sender of the organisation as it is: it takes no {{ }}'],
    ['two words', 'must be the name of a sender of the organisation'],
  ])('take the name of a sender and no expression: %s', (sender, message) => {
    const email = { id: 'a', type: 'email', config: { to: 'a@example.com', subject: 's', body: 'b', sender } };
    const approval = {
      id: 'b',
      type: 'approval',
      config: { message: 'm', approvers: ['a@example.com'], email: { sender } },
    };
    const { problems } = validateWorkflow({ name: 'x', steps: [email, approval] });
    expect(problems.filter(({ path }) => path.endsWith('sender')).map((one) => one.message)).toEqual([
      message,
      message,
    ]);
  });

  it('share no alias, and none is the name of a type', () => {
    const aliases = STEP_TYPES.flatMap((type) => [...stepDefinitions[type].aliases]);
    expect(new Set(aliases).size).toBe(aliases.length);
    expect(aliases.filter((alias) => STEP_TYPES.some((type) => type === alias))).toEqual([]);
  });

  it('name the fields that hold the id of a workflow, for the checks and for editors', () => {
    const step = { id: 'a', type: 'sub_workflow', config: { workflow_id: 'wf_other' } };
    const document = { name: 'x', steps: [step], settings: { on_failure_workflow: 'wf_none' } };
    const { problems } = validateWorkflow(document, { workflows: ['wf_1'] });
    expect(problems.map(({ code, path }) => [code, path])).toEqual([
      ['unknown_workflow', 'steps[0].config.workflow_id'],
      ['unknown_workflow', 'settings.on_failure_workflow'],
    ]);
    expect(workflowJsonSchema()).toMatchObject({
      $defs: { 'step-sub_workflow': { properties: { workflow_id: { 'x-millrace': 'workflow' } } } },
    });
  });
});
