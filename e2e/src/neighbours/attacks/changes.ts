import { inParallel } from '../../support/eventually.js';
import { EXAMPLE_STEPS } from '../../support/routes.js';
import type { Attack, Attacker, Extent, Family } from '../attack.js';

const MANY = 40_000;
const DEPTH = 140;

const many = <Item>(count: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => make(index));

const deep = (): unknown => JSON.parse('{"a":'.repeat(DEPTH) + '1' + '}'.repeat(DEPTH)) as unknown;

/** Bodies that change a workflow: wide, deep, with names that mean something to a merge, to a path or to the language. */
const BODIES: Readonly<Record<string, () => unknown>> = {
  'a patch that is deep': () => ({ variables: deep() }),
  'a patch of many names': () => ({ variables: Object.fromEntries(many(MANY, (index) => [`v${index}`, null])) }),
  'steps that fail in many ways': () => ({ steps: many(6_000, (index) => ({ id: `s${index}`, type: index })) }),
  'steps that jump to each other': () => ({
    steps: many(3_000, (index) => ({
      id: `s${index}`,
      type: 'condition',
      config: { condition: '{{true}}', true_branch: `s${2_999 - index}`, false_branch: `s${(index * 7) % 3_000}` },
    })),
  }),
  'loops within loops': () => ({ steps: [nested(60)] }),
  'names of the language': () =>
    JSON.parse('{"__proto__":{"a":1},"constructor":{"prototype":{"a":1}},"variables":{"__proto__":null}}') as unknown,
  'names of many tildes and slashes': () => ({
    variables: Object.fromEntries(many(5_000, (index) => [`${'~/'.repeat(40)}${index}`, index])),
  }),
};

function nested(levels: number): object {
  const inner = levels === 0 ? { id: 'end', type: 'transform', config: { output: 1 } } : nested(levels - 1);
  return { id: `l${levels}`, type: 'loop', config: { items: '{{[1, 2]}}', steps: [inner] } };
}

/** Every way to change a workflow × every hostile body, and the same at once by many. */
export const changes: Family = {
  name: 'changes',
  attacks: (extent, attacker) => [...everyWay(extent, attacker), ...crowds(extent, attacker)],
};

function everyWay(extent: Extent, attacker: Attacker): Attack[] {
  const chosen = Object.entries(BODIES).filter((_, index) => extent === 'whole' || index % 3 === 0);
  return chosen.map(([name, make]) => ({
    name: `${name}, in every way to change a workflow`,
    run: async () => {
      const { tenant } = attacker;
      const { id } = await tenant.create({ name: 'Changed', trigger: { type: 'webhook' }, steps: EXAMPLE_STEPS });
      const json = make();
      const document = { name: 'Changed', trigger: { type: 'webhook' }, steps: EXAMPLE_STEPS, ...(json as object) };
      await attacker.send(tenant, 'PATCH', `/workflows/${id}`, {
        json,
        headers: { 'content-type': 'application/merge-patch+json' },
      });
      await attacker.send(tenant, 'PUT', `/workflows/${id}`, { json });
      await attacker.send(tenant, 'POST', '/workflows/validate', { json: document });
      await attacker.send(tenant, 'POST', '/workflows?dry_run=true', { json: document });
      await attacker.send(tenant, 'PUT', `/workflows/${id}/draft`, { json: { document } });
      await attacker.send(tenant, 'POST', `/workflows/${id}/draft/publish`, { json: {} });
      await attacker.send(tenant, 'GET', `/workflows/${id}/draft`);
      await attacker.send(tenant, 'DELETE', `/workflows/${id}/draft`);
    },
  }));
}

function crowds(extent: Extent, attacker: Attacker): Attack[] {
  const times = extent === 'short' ? 60 : 600;
  const { tenant } = attacker;
  return [
    {
      name: 'secrets, variables and tokens, forty at a time',
      run: async () => {
        await inParallel(many(times, Number), 40, async (index) => {
          const json = { value: `${index}`.repeat(2_000) };
          await attacker.send(tenant, 'PUT', `/secrets/hostile_${index % 30}`, { json, busyStatus: 503 });
          await attacker.send(tenant, 'PUT', `/variables/hostile_${index % 30}`, { json, busyStatus: 503 });
        });
        for (let index = 0; index < 30; index++) {
          await attacker.send(tenant, 'DELETE', `/secrets/hostile_${index}`);
          await attacker.send(tenant, 'DELETE', `/variables/hostile_${index}`);
        }
      },
    },
    {
      name: 'workflows with many problems, twenty at a time',
      run: async () => {
        const json = BODIES['steps that fail in many ways']?.();
        await inParallel(many(times / 3, Number), 20, () =>
          attacker.send(tenant, 'POST', '/workflows/validate', { json, busyStatus: 503 }),
        );
      },
    },
    {
      name: 'starts under keys that are never used again, forty at a time',
      run: async () => {
        await inParallel(many(times * 3, Number), 40, (index) =>
          attacker.send(tenant, 'POST', `/workflows/${attacker.workflow.id}/execute`, {
            json: { input: {} },
            headers: { 'idempotency-key': `hostile-${process.pid}-${index}-${Date.now()}` },
            busyStatus: 503,
          }),
        );
      },
    },
  ];
}
