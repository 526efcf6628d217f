// The same work as the workflows of `main-job`, as Restate's documentation writes durable steps: each in a `run` of its own.
import http2 from 'node:http2';
// @ts-expect-error It is installed beside a copy of this file, and is no dependency of the project.
import { createEndpointHandler, service } from '@restatedev/restate-sdk';

/** @typedef {{ run: <Result>(name: string, action: () => Result | Promise<Result>) => Promise<Result> }} Context */

const handlers = {
  /** @param {Context} context @param {{ qty: number, price: number, customer: { name: string } }} input */
  pure: async (context, { qty, price, customer }) => {
    let { amount } = await context.run('step_1', () => ({ amount: qty * price }));
    for (const step of [2, 3, 4, 5])
      ({ amount } = await context.run(`step_${step}`, () => ({
        amount: amount + step,
        name: `Order ${customer.name}`,
      })));
    return amount;
  },
  /** @param {Context} context @param {{ qty: number, url: string }} input */
  effects: async (context, { qty, url }) => {
    let n = qty;
    for (const step of [1, 2, 3, 4, 5]) {
      const sent = JSON.stringify({ n: step === 1 ? n : n + 1 });
      n = await context.run(`call_${step}`, async () => {
        const headers = { 'content-type': 'application/json' };
        const response = await fetch(url, { method: 'POST', headers, body: sent });
        /** @type {any} */
        const answer = await response.json();
        return answer.n;
      });
    }
    return n;
  },
};

http2
  .createServer(createEndpointHandler({ services: [service({ name: 'bench', handlers })] }))
  .listen(Number(process.env.SERVICE_PORT), '127.0.0.1');
