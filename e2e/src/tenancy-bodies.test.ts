import {
  ENDPOINTS,
  randomSecret,
  type AuditLog,
  type EndpointDeclaration,
  type EventDeliveryList,
  type EventSubscriptionWithSecret,
  type PathParameter,
  type WorkflowResource,
} from '@millrace/contracts';
import { ApiClient, type Answer, type Refusal } from './support/api.js';
import { eventually } from './support/eventually.js';
import { bodyProbes, documentProbes, NO_REFERENCES, type Known } from './support/foreign-places.js';
import { placesInDocuments, placesOfIds } from './support/id-places.js';
import { idsOf, idsOfNobody, type Ids } from './support/ids-of.js';
import { OTHER_TOKEN } from './support/platform.js';
import { EXAMPLE_STEPS, EXAMPLE_SUBSCRIPTION } from './support/routes.js';
import { visible } from './support/visible.js';

/*
 * What one organisation names in a body, a query or a document, and is another's, is what nobody has. The places are those that the
 * declarations of the endpoints and the schemas of documents have: one that is added is noticed.
 */

const ours = new ApiClient();
const theirs = new ApiClient(OTHER_TOKEN);
const CANARY = `canary-${randomSecret(24)}`;

let foreign: Known;
/** Names as long as ours: errors underline them. */
const nameOfNobody = `x_${randomSecret(8)}`;
const nobodys: Known = {
  ids: {
    ...idsOfNobody(),
    secret_name: nameOfNobody,
    variable_name: nameOfNobody,
    sender_name: nameOfNobody,
    provider_name: nameOfNobody,
  },
  address: `nobody-${randomSecret(24)}@example.com`,
  model: `nobody-${randomSecret(24)}`,
};
/** Of the caller, who would otherwise be refused before anybody looks at what is named. */
let own: Ids;
let workflow: WorkflowResource;
/** Of our audit log. */
let entry: string;

beforeAll(async () => {
  foreign = { ids: await idsOf(ours, CANARY), address: `${CANARY}@example.com`, model: CANARY };
  own = await idsOf(theirs, 'own');
  workflow = await theirs.create({ name: 'Theirs', trigger: { type: 'webhook' }, steps: EXAMPLE_STEPS });
  entry = (await ours.expect<AuditLog>(200, 'GET', '/audit-log?limit=1')).entries[0]?.id ?? '';
});

/** A text with what was named in it replaced: of both by the same. */
function unnamed(value: unknown, { ids, address, model }: Known): string {
  const texts = [address, model, ...Object.values(ids).filter((id) => id.length > 5)];
  return texts.reduce((text, named) => text.replaceAll(named, '<named>'), JSON.stringify(value));
}

/** What is seen of an answer or of what a probe has made of it. */
function seen(result: unknown, known: Known): string {
  const isAnswer = typeof result === 'object' && result !== null && 'headers' in result;
  return unnamed(isAnswer ? visible(result as Answer<Refusal>, {}) : result, known);
}

const queries = placesOfIds().filter((place) => place.includes(' query.') && !place.endsWith('.starting_after'));
const cursors = placesOfIds().filter((place) => place.endsWith('.starting_after') && !(place in NO_REFERENCES));

const BODIES = Object.keys(bodyProbes(theirs, () => own));
const DOCUMENTS = Object.keys(documentProbes(theirs));

/** A call of a list of the caller's own with a parameter. */
function list(place: string, value: string): Promise<Answer<Refusal>> {
  const [id, name = ''] = place.split(' query.');
  const endpoint = ENDPOINTS.find((one) => one.id === id) as EndpointDeclaration;
  const path = endpoint.path.replace('/v1', '').replace(/\{(\w+)\}/g, (_, parameter: PathParameter) => own[parameter]);
  return theirs.call(endpoint.method, `${path}?${name}=${encodeURIComponent(value)}`);
}

/** What is given for a parameter of a query. */
function valueFor(name: string, { ids }: Known): string {
  if (name === 'actor') return ids.token_id;
  if (name === 'resource_id') return ids.workflow_id;
  return ids[name.replace('parent_', '') as PathParameter];
}

test('each place of an id is tried, or has a reason not to be', () => {
  const tried = [
    ...queries,
    ...cursors,
    ...BODIES,
    ...DOCUMENTS.filter((place) => !place.startsWith('{{')),
    ...Object.keys(NO_REFERENCES),
  ];
  expect([...new Set(tried)].sort()).toEqual([...placesOfIds(), ...placesInDocuments()].sort());
});

test.each(queries)('%s finds nothing of another organisation', async (place) => {
  const name = place.split('query.')[1] ?? '';
  const [of, nobody] = [await list(place, valueFor(name, foreign)), await list(place, valueFor(name, nobodys))];
  expect(seen(of, foreign)).toBe(seen(nobody, nobodys));
  expect(of.status).toBe(200);
  expect(JSON.stringify(of.body)).not.toContain(CANARY);
});

test.each(cursors)('%s shows nothing behind what is of another organisation', async (place) => {
  const statuses = new Set<number>();
  // One of them is of the kind that its cursors are.
  const { workflow_id } = foreign.ids;
  const triggers = [`${workflow_id}.0`, `${workflow_id}.webhook.0`];
  for (const cursor of [...Object.values(foreign.ids), ...triggers, CANARY, entry]) {
    const answer = await list(place, cursor);
    statuses.add(answer.status);
    if (answer.status !== 200) continue;
    const text = JSON.stringify(answer.body);
    const others = [CANARY, ...Object.values(foreign.ids)].filter((id) => id !== cursor && id.length > 12);
    expect(others.filter((id) => text.includes(`"${id}"`))).toEqual([]);
    expect(text.replaceAll(cursor, '')).not.toContain(CANARY);
  }
  expect([...statuses].filter((status) => status !== 400)).toEqual([200]);
});

test.each(BODIES)('%s says the same of what another organisation has as of what nobody has', async (place) => {
  const probe = bodyProbes(theirs, () => own)[place];
  const [of, nobody] = [await probe?.(foreign), await probe?.(nobodys)];
  expect(seen(of, foreign)).toBe(seen(nobody, nobodys));
  expect(seen(of, foreign)).not.toContain(CANARY);
});

test.each(DOCUMENTS)('%s in a workflow says the same of what another organisation has', async (place) => {
  const probe = documentProbes(theirs)[place];
  const [of, nobody] = [await probe?.(foreign), await probe?.(nobodys)];
  expect(seen(of, foreign)).toBe(seen(nobody, nobodys));
  expect(seen(of, foreign)).not.toContain(CANARY);
});

test('a subscription to the events of a workflow of another organisation is sent none of them', async () => {
  const json = { ...EXAMPLE_SUBSCRIPTION, events: ['execution.completed'] };
  const subscribe = (workflow_id: string) =>
    theirs.call<EventSubscriptionWithSecret>('POST', '/event-subscriptions', { json: { ...json, workflow_id } });
  const [spy, control] = [await subscribe(foreign.ids.workflow_id), await subscribe(workflow.id)];
  await ours.run(foreign.ids.workflow_id);
  await theirs.run(workflow.id);
  const deliveries = async ({ body }: Answer<EventSubscriptionWithSecret>) =>
    (await theirs.expect<EventDeliveryList>(200, 'GET', `/event-subscriptions/${body.id}/deliveries`)).deliveries;
  await eventually('their own event is sent', async () => (await deliveries(control)).length > 0 || undefined);
  if (spy.status === 201) expect(await deliveries(spy)).toEqual([]);
  for (const { status, body } of [spy, control])
    if (status === 201) await theirs.expect(204, 'DELETE', `/event-subscriptions/${body.id}`);
});
