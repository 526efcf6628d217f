import { validateWorkflow } from './validate-workflow.js';

it('an e-mail step that names a sender is warned of when the organisation has none of that name', () => {
  const mail = (id: string, sender: object) => ({
    id,
    type: 'email',
    config: { to: 'a@example.com', subject: 'S', body: 'B', ...sender },
  });
  const steps = [mail('a', { sender: 'support' }), mail('b', { sender: 'sales' }), mail('c', {})];
  const paths = (senders?: readonly string[]) =>
    validateWorkflow({ name: 'x', steps }, senders && { senders }).problems.map(({ code, path }) => [code, path]);
  expect(paths(['support'])).toEqual([['unknown_sender', 'steps[1].config.sender']]);
  expect(paths()).toEqual([]);
});
