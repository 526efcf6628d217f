/**
 * Five steps as a user would mix them: a call to a service, a decision, a loop of three, two transforms.
 * @param {string} echoUrl
 */
export function mixedWorkflow(echoUrl) {
  return {
    name: 'bench: five mixed steps',
    trigger: { type: 'webhook' },
    steps: [
      {
        id: 'call',
        type: 'http',
        config: { method: 'POST', url: echoUrl, body: { qty: '{{input.qty}}', price: '{{input.price}}' } },
      },
      {
        id: 'large',
        type: 'condition',
        config: { condition: '{{input.qty}} > 10', true_branch: 'each', false_branch: 'total' },
      },
      {
        id: 'each',
        type: 'loop',
        config: {
          items: '{{input.items}}',
          steps: [{ id: 'line', type: 'transform', config: { output: '{{item * input.price}}' } }],
        },
        next: 'total',
      },
      {
        id: 'total',
        type: 'transform',
        config: { output: { amount: '{{call.data.qty * call.data.price}}', customer: '{{input.customer.name}}' } },
      },
      { id: 'report', type: 'transform', config: { output: '{{total.output.customer}} owes {{total.output.amount}}' } },
    ],
  };
}

/** Five transforms, each reading the one before: nothing but the engine, the journal and the record. */
export function pureWorkflow() {
  const step = (/** @type {number} */ index) => ({
    id: `step_${index}`,
    type: 'transform',
    config: {
      output:
        index === 1
          ? { amount: '{{input.qty * input.price}}' }
          : { amount: `{{step_${index - 1}.output.amount + ${index}}}`, name: 'Order {{input.customer.name}}' },
    },
  });
  return { name: 'bench: five pure steps', trigger: { type: 'webhook' }, steps: [1, 2, 3, 4, 5].map(step) };
}

/**
 * Five calls to a service, each sending what the one before returned: every step is an effect, recorded before the next one starts.
 * @param {string} echoUrl
 */
export function effectsWorkflow(echoUrl) {
  const step = (/** @type {number} */ index) => ({
    id: `call_${index}`,
    type: 'http',
    config: {
      method: 'POST',
      url: echoUrl,
      body: { n: index === 1 ? '{{input.qty}}' : `{{call_${index - 1}.data.n + 1}}` },
    },
  });
  return { name: 'bench: five effects', trigger: { type: 'webhook' }, steps: [1, 2, 3, 4, 5].map(step) };
}

/** The body that every call sends. */
export const BODY = JSON.stringify({
  qty: 12,
  price: 10,
  items: [1, 2, 3],
  customer: { name: 'Ada Lovelace', id: 'c-1815', tags: ['a', 'b'] },
});
