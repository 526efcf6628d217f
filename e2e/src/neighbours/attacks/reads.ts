import { ENDPOINTS } from '@millrace/contracts';
import { inParallel } from '../../support/eventually.js';
import { apiRoutes, EXAMPLE_STEPS } from '../../support/routes.js';
import type { Attack, Attacker, Extent, Family } from '../attack.js';

/** What a parameter of a query may be set to, at the limits of a request line. */
const VALUES: Readonly<Record<string, string>> = {
  'a long text': 'a'.repeat(7_000),
  'a list of 3,000': 'failed,'.repeat(1_000),
  patterns: encodeURIComponent('(a+)+$.*'.repeat(300)),
  'a long number': '9'.repeat(7_000),
  'a number below zero': '-1',
  'a large exponent': '1e308',
  'combining marks': encodeURIComponent('a\u0301'.repeat(700)),
  'an operator of the database': encodeURIComponent('{"$where":"sleep(1000)"}'),
};

/** Filters by which much is looked through for little. */
const SEARCHES = [
  'status=cancelled',
  'min_ms=86400000',
  'label=nowhere',
  'error_code=NOWHERE',
  'status=failed&min_ms=100&label=nowhere',
  'from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z',
  'limit=100&status=completed,failed,running,waiting',
];

/** Everything that can be read: each parameter with hostile values, searches in crowds, and comparisons of large documents. */
export const reads: Family = {
  name: 'reads',
  attacks: (extent, attacker) => [
    ...parameters(extent, attacker),
    searches(extent, attacker),
    everyRead(extent, attacker),
    comparisons(extent, attacker),
  ],
};

function parameters(extent: Extent, attacker: Attacker): Attack[] {
  const own = new Map(
    apiRoutes(attacker.workflow.id, 'exec_01kb0000000000000000000000').map((route) => [route.id, route]),
  );
  const pairs = ENDPOINTS.flatMap((endpoint) => {
    const route = own.get(endpoint.id);
    return route ? Object.keys(endpoint.query?.shape ?? {}).map((name) => ({ route, name })) : [];
  });
  const chosen = Object.entries(VALUES).filter((_, index) => extent === 'whole' || index % 4 === 0);
  return chosen.map(([name, value]) => ({
    name: `${name} in every parameter`,
    run: async () => {
      await inParallel(pairs, 8, ({ route, name: parameter }) =>
        attacker.send(attacker.tenant, route.method, `${route.path}?${parameter}=${value}`, { json: route.json }),
      );
    },
  }));
}

function searches(extent: Extent, attacker: Attacker): Attack {
  return {
    name: 'searches that find nothing, thirty at a time',
    run: async () => {
      const { tenant, workflow } = attacker;
      await inParallel(Array.from({ length: 60 }), 8, () => tenant.execute(workflow.id));
      const places = ['/executions', '/executions/count', `/workflows/${workflow.id}/executions`];
      const all = places.flatMap((place) => SEARCHES.map((search) => `${place}?${search}`));
      const times = extent === 'short' ? 5 : 60;
      const calls = Array.from({ length: times }, () => all).flat();
      await inParallel(calls, 30, (path) => attacker.send(tenant, 'GET', path, { busyStatus: 503 }));
    },
  };
}

function everyRead(extent: Extent, attacker: Attacker): Attack {
  return {
    name: 'everything there is to read, forty at a time',
    run: async () => {
      const { tenant, workflow } = attacker;
      const { execution_id: id } = await tenant.execute(workflow.id);
      await tenant.ended(id);
      const routes = apiRoutes(workflow.id, id).filter(({ method }) => method === 'GET');
      const calls = Array.from({ length: extent === 'short' ? 3 : 40 }, () => routes).flat();
      await inParallel(calls, 40, ({ path }) => attacker.send(tenant, 'GET', path, { busyStatus: 503 }));
    },
  };
}

/** Documents near the limit of their size, in which everything is somewhere else in the next version. */
function comparisons(extent: Extent, attacker: Attacker): Attack {
  const steps = (version: number) =>
    Array.from({ length: 400 }, (_, index) => ({
      id: `step_${(index * (version + 6)) % 401}_${index}`,
      type: 'transform',
      config: { output: { [`name_${version}`]: `${version}`.repeat(1_500) } },
    }));
  return {
    name: 'large versions, compared by many at a time',
    run: async () => {
      const { tenant } = attacker;
      const { id } = await tenant.create({ name: 'Versions', trigger: { type: 'webhook' }, steps: EXAMPLE_STEPS });
      const count = extent === 'short' ? 2 : 8;
      for (let version = 1; version <= count; version++)
        await attacker.send(tenant, 'PUT', `/workflows/${id}`, { json: { steps: steps(version) } });
      const pairs = Array.from({ length: count * 4 }, (_, index) => [2 + (index % count), 1 + (index % (count + 1))]);
      await inParallel(pairs, 8, ([one, other]) =>
        attacker.send(tenant, 'GET', `/workflows/${id}/versions/${one}/diff?against=${other}`, { busyStatus: 503 }),
      );
    },
  };
}
