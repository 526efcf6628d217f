import { validateWorkflow } from './validate-workflow.js';

it('a step that names a sender of e-mails is warned of when the organisation has none of that name', () => {
  const mail = (id: string, sender: object) => ({
    id,
    type: 'email',
    config: { to: 'a@example.com', subject: 'S', body: 'B', ...sender },
  });
  const approvers = ['a@example.com'];
  const ask = (id: string, email: object) => ({
    id,
    type: 'approval',
    config: { message: 'Well?', approvers, ...email },
  });
  const steps = [
    ...[mail('a', { sender: 'support' }), mail('b', { sender: 'sales' }), mail('c', {})],
    ...[ask('d', { email: { sender: 'support' } }), ask('e', { email: { sender: 'sales' } }), ask('f', {})],
  ];
  const paths = (senders?: readonly string[]) =>
    validateWorkflow({ name: 'x', steps }, senders && { senders }).problems.map(({ code, path }) => [code, path]);
  expect(paths(['support'])).toEqual([
    ['unknown_sender', 'steps[1].config.sender'],
    ['unknown_sender', 'steps[4].config.email.sender'],
  ]);
  expect(paths()).toEqual([]);
});

it('an AI step is warned of workflows that models may not use', () => {
  const tools = [{ workflow_id: 'wf_tool' }, { workflow_id: 'wf_other' }];
  const document = { name: 'x', steps: [{ id: 'ask', type: 'ai_completion', config: { prompt: 'Well?', tools } }] };
  const found = (context: object) =>
    validateWorkflow(document, context).problems.map(({ code, severity, path }) => [severity, code, path]);
  expect(found({ tools: ['wf_tool'] })).toEqual([['warning', 'not_a_tool', 'steps[0].config.tools[1].workflow_id']]);
  expect(found({ workflows: ['wf_other'] })).toEqual([
    ['warning', 'unknown_workflow', 'steps[0].config.tools[0].workflow_id'],
  ]);
  expect(found({})).toEqual([]);
});

it('a tool that does not exist is warned of once', () => {
  const tools = [{ workflow_id: 'wf_none' }, { workflow_id: 'wf_other' }];
  const document = { name: 'x', steps: [{ id: 'ask', type: 'ai_completion', config: { prompt: 'Well?', tools } }] };
  const { problems } = validateWorkflow(document, { workflows: ['wf_other'], tools: [] });
  expect(problems.map(({ code, path }) => [code, path.slice('steps[0].config.'.length)])).toEqual([
    ['not_a_tool', 'tools[1].workflow_id'],
    ['unknown_workflow', 'tools[0].workflow_id'],
  ]);
});
