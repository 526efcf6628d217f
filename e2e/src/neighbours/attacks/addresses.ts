import { ENDPOINTS, PATH_PARAMETERS, pathParametersOf } from '@millrace/contracts';
import { routeOf } from '../../support/routes.js';
import type { Attack, Attacker, Extent, Family } from '../attack.js';

/** Ids that are none: long, with wildcards, with characters that subjects, logs or terminals take for something else. */
const IDS: Readonly<Record<string, string>> = {
  'of 5,000 letters': 'a'.repeat(5_000),
  'with its prefix, of 4,000 letters': `wf_${'a'.repeat(4_000)}`,
  'of wildcards': '%2A.%3E.%2A',
  'of 3,000 dots': '.'.repeat(3_000),
  'of 1,000 escaped spaces': '%20'.repeat(1_000),
  'of 1,000 line breaks': '%0d%0a'.repeat(1_000),
  'with a NUL': 'wf_%00',
  'of right-to-left marks': '%E2%80%AE'.repeat(500),
  'of broken escapes': '%zz%',
  'of parent folders': '..%2f'.repeat(400),
};

const QUERIES: Readonly<Record<string, string>> = {
  'the same name 5,000 times': `?${'a&'.repeat(5_000)}`,
  'the same name and a value 3,000 times': `?${'page=1&'.repeat(1_500)}`,
  brackets: `?${'a[b][c]'.repeat(1_000)}=1`,
  'a long number': `?page=${'9'.repeat(8_000)}`,
  'a long cursor': `?starting_after=exec_${'0'.repeat(8_000)}`,
  escapes: `?name=${'%25'.repeat(3_000)}`,
};

/** Every route × every hostile id, and every hostile query; as a tenant and as nobody. */
export const addresses: Family = {
  name: 'addresses',
  attacks: (extent, attacker) => [...idAttacks(extent), ...queryAttacks(extent, attacker)],
};

function idAttacks(extent: Extent): Attack[] {
  const chosen = Object.entries(IDS).slice(0, extent === 'short' ? 4 : undefined);
  return chosen.map(([name, id]) => ({
    name: `an id ${name}`,
    run: async (attacker) => {
      for (const client of [attacker.tenant, attacker.stranger]) {
        for (const { method, path, json } of routesOf(id)) {
          await attacker.send(client, method, path, method === 'GET' || json === undefined ? {} : { json });
        }
      }
    },
  }));
}

/** Every route that has a parameter in its path, with the id in the place of each: also those of the operator, and those that need no token. */
function routesOf(id: string) {
  const everywhere = Object.fromEntries(Object.keys(PATH_PARAMETERS).map((name) => [name, id]));
  return ENDPOINTS.filter(({ path }) => pathParametersOf(path).length > 0).map((endpoint) =>
    routeOf(endpoint, everywhere),
  );
}

function queryAttacks(extent: Extent, attacker: Attacker): Attack[] {
  const paths = ['/workflows', '/executions', '/webhooks/wh_unknown', attacker.webhook];
  const chosen = Object.entries(QUERIES).slice(0, extent === 'short' ? 3 : undefined);
  return chosen.map(([name, query]) => ({
    name: `a query with ${name}`,
    run: async () => {
      for (const client of [attacker.tenant, attacker.stranger]) {
        for (const path of paths) {
          await attacker.send(client, 'GET', `${path}${query}`);
          if (path.startsWith('/webhooks')) await attacker.send(client, 'POST', `${path}${query}`, { raw: '' });
        }
      }
    },
  }));
}
