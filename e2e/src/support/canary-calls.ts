/*
 * More of the steps that the canary goes through: every way in which a call says who it comes from, every kind of body, pages, and
 * what a model is given besides its prompt. `service` repeats what it is sent.
 */

const SECRET = '{{secrets.canary}}';
/** Header values are ASCII. */
const IN_HEADER = '{{secrets.canary.urlEncode()}}';
const GOES_ON = { on_error: 'continue', retry: { max_attempts: 2, initial_delay: '10ms' } };

const clientOf = (url: string) => ({
  type: 'oauth2_client_credentials',
  token_url: `${url}/access-token`,
  client_id: SECRET,
  client_secret: SECRET,
});

/** Each of them once taken and once refused with what was sent. */
const AUTHS = (url: string): Readonly<Record<string, object>> => ({
  bearer: { type: 'bearer', token: IN_HEADER },
  key_in_header: { type: 'api_key', name: 'X-Key', value: IN_HEADER },
  key_in_query: { type: 'api_key', name: 'key', value: SECRET, in: 'query' },
  oauth2: { ...clientOf(url), scope: SECRET },
  oauth2_form: { ...clientOf(url), parameters: { audience: SECRET }, client_authentication: 'form' },
  hmac: { type: 'hmac', secret: SECRET },
  sigv4: {
    type: 'aws_sigv4',
    access_key_id: IN_HEADER,
    secret_access_key: SECRET,
    session_token: IN_HEADER,
    region: 'eu-central-1',
    service: 's3',
  },
});

const post = (url: string, id: string, config: object, rest: object = {}) => ({
  id,
  type: 'http',
  config: { method: 'POST', url: `${url}/${id}`, ...config },
  ...rest,
});

const authorised = (url: string) =>
  Object.entries(AUTHS(url)).flatMap(([id, auth]) => [
    post(url, id, { body: { n: 1 }, auth }),
    post(url, `${id}_refused`, { url: `${url}/${id}?status=403`, body: { n: 1 }, auth }, GOES_ON),
  ]);

/** Its server of tokens refuses it, and is not there. */
const withoutToken = (url: string) =>
  ['oauth2', 'oauth2_form'].flatMap((auth, kind) =>
    [`${url}/refused?status=400`, 'http://127.0.0.1:1/'].map((token_url, n) =>
      post(url, `no_token_${2 * kind + n}`, { auth: { ...AUTHS(url)[auth], token_url } }, GOES_ON),
    ),
  );

const bodies = (url: string) => [
  post(url, 'form', { form: { key: SECRET, list: IN_HEADER } }),
  post(url, 'multipart', {
    multipart: [
      { name: 'key', value: SECRET },
      { name: 'object', value: { key: SECRET } },
      { name: 'file', file: '{{as_file.data}}', filename: IN_HEADER },
    ],
  }),
];

/** Further addresses and cursors have it; the third page is refused with them. */
const pages = (url: string) =>
  [
    { type: 'link', next: 'next', items: 'items', max_pages: 2 },
    { type: 'cursor', next: 'cursor', items: 'items', max_pages: 2 },
    { type: 'page', items: 'items', max_pages: 2 },
    { type: 'link', next: 'next', items: 'items', max_pages: 3 },
  ].map((pagination, n) => ({
    id: `pages_${n}`,
    type: 'http',
    config: { url: `${url}/pages`, query: { key: SECRET }, pagination },
    ...(n === 3 ? GOES_ON : {}),
  }));

/** `tool`: a workflow that a model may run. */
const asked = (tool: string) => [
  {
    id: 'with_fallbacks',
    type: 'ai_completion',
    config: { model: 'demo/none', fallbacks: [`demo/${SECRET}`, 'demo'], prompt: SECRET },
  },
  {
    id: 'no_fallback',
    type: 'ai_completion',
    config: { model: 'demo/none', fallbacks: [`demo/${SECRET}`], prompt: 'x' },
    ...GOES_ON,
  },
  { id: 'with_tool', type: 'ai_completion', config: { prompt: `Look up ${SECRET}`, tools: [{ workflow_id: tool }] } },
];

/** They come after the step `as_file`, whose output is a file. */
export const moreSteps = (url: string, tool: string) => [
  ...authorised(url),
  ...withoutToken(url),
  ...bodies(url),
  ...pages(url),
  ...asked(tool),
  {
    id: 'of_more',
    type: 'transform',
    config: {
      output: [
        '{{bearer.data}}',
        '{{oauth2.data}}',
        '{{multipart.data}}',
        '{{pages_0.output}}',
        '{{pages_1.output}}',
        '{{key_in_query_refused.error}}',
        '{{no_token_0.error}}',
        '{{no_fallback.error}}',
        '{{with_tool.output}}',
      ],
    },
  },
];

/** The steps of the tool, and what makes it one. */
export const TOOL = {
  settings: {
    tool: { name: 'look_up', description: 'Looks something up.', input_schema: { type: 'object', properties: {} } },
  },
  steps: [{ id: 'found', type: 'transform', config: { output: [SECRET, '{{input}}'] } }],
  output: '{{found.output}}',
};

/** A page of the service, at an address with or without the number of the page. */
export function pageAt(url: string, path: string): { status?: number; body: object } {
  const { searchParams: query } = new URL(path, url);
  const number = Number(query.get('n') ?? query.get('page') ?? (query.has('cursor') ? 2 : 1));
  if (number > 2) return { status: 400, body: { path } };
  const next = new URL(path, url);
  next.searchParams.set('n', String(number + 1));
  return { body: { items: [path], next: next.href, cursor: query.get('key') } };
}
