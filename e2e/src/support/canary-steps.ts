/*
 * The steps that the canary goes through: the secret `canary`, in the values of each type of step, and `canary_address`, an address
 * of e-mail. The senders are `house`, which takes e-mails, and `refusing`.
 */

/** Header values are ASCII. */
export const HEADER = '{{secrets.canary.urlEncode()}}';

/** A step that computes. */
export const transform = (id: string, output: unknown, rest: object = {}) => ({
  id,
  type: 'transform',
  config: { output },
  ...rest,
});
/** A call of the service at `url`. */
export const call = (url: string, id: string, path: string, rest: object = {}) => ({
  id,
  type: 'http',
  config: {
    method: 'POST',
    url: `${url}/${path}`,
    headers: { 'X-Key': `Bearer ${HEADER}` },
    query: { key: '{{secrets.canary}}' },
    body: { key: '{{secrets.canary}}', list: ['{{secrets.canary.base64Encode()}}'] },
  },
  ...rest,
});
const GOES_ON = { on_error: 'continue', retry: { max_attempts: 2, initial_delay: '10ms' } };

/** Forms and pieces of the secret. */
const shapes = (visible: string) => [
  transform('plain', ['{{secrets.canary}}', visible]),
  transform('forms', {
    '{{secrets.canary}}': 'a name',
    base64: '{{secrets.canary.base64Encode()}}',
    shifted: '{{("user:" + secrets.canary).base64Encode()}}',
    url: '{{secrets.canary.urlEncode()}}',
    json: '{{toJson([secrets.canary])}}',
    twice: '{{toJson(toJson([secrets.canary]))}}',
  }),
  transform('first_half', '{{secrets.canary.slice(0, 18)}}'),
  transform('second_half', '{{secrets.canary.slice(18)}}'),
  transform('cut_off', '{{secrets.canary.slice(0, 25)}}'),
  transform('guarded', '{{secrets.canary}}', { if: 'secrets.canary != "x"' }),
];

/** Calls that send it to a service which repeats what it is sent, in answers and in failures. */
const calls = (url: string) => [
  call(url, 'told', 'told'),
  call(url, 'as_file', 'as_file', { config: { ...call(url, 'x', 'as_file').config, response: 'file' } }),
  {
    id: 'file_sent',
    type: 'http',
    config: {
      method: 'POST',
      url: `${url}/file_sent`,
      file: '{{as_file.data}}',
      auth: { type: 'basic', username: 'me', password: '{{secrets.canary}}' },
    },
  },
  transform('of_told', ['{{told.data}}', '{{told.output.headers}}']),
  call(url, 'refused', 'refused?status=403', GOES_ON),
  call(url, 'retried', 'retried?status=503', GOES_ON),
  call(url, 'retried_if', 'retried?status=418', {
    on_error: 'continue',
    retry: { max_attempts: 2, initial_delay: '10ms', retry_if: 'error.status == 418 && secrets.canary != "x"' },
  }),
  {
    id: 'unreachable',
    type: 'http',
    config: { url: 'http://127.0.0.1:1/{{secrets.canary.urlEncode()}}' },
    ...GOES_ON,
  },
  { id: 'no_host', type: 'http', config: { url: 'http://{{secrets.canary.slice(0, 24)}}.invalid/' }, ...GOES_ON },
  { id: 'no_url', type: 'http', config: { url: '{{secrets.canary}}' }, ...GOES_ON },
  transform('of_errors', ['{{refused.error}}', '{{retried.error}}', '{{no_url.error}}', '{{unreachable.error}}']),
];

/** Failures of the steps that reach nothing outside, and the ways of a workflow. */
const ways = (url: string) => [
  transform('fails', '{{secrets.canary - 1}}', { on_error: 'continue' }),
  transform('fails_late', '{{input[secrets.canary].deep.er}}', { on_error: 'continue' }),
  {
    id: 'decides',
    type: 'condition',
    config: { condition: 'secrets.canary == "x"', true_branch: 'yes', false_branch: 'no' },
  },
  transform('yes', '{{secrets.canary}}'),
  transform('no', '{{secrets.canary}}'),
  {
    id: 'chooses',
    type: 'switch',
    config: {
      value: '{{secrets.canary}}',
      cases: [{ when: 'secrets.canary != "x"', then: 'chosen' }],
      default: 'other',
    },
  },
  transform('chosen', '{{secrets.canary}}'),
  transform('other', '{{secrets.canary}}'),
  {
    id: 'each',
    type: 'loop',
    config: {
      items: ['{{secrets.canary}}', '{{secrets.canary.base64Encode()}}'],
      continue_on_item_error: true,
      steps: [
        transform('inside', '{{item}}'),
        call(url, 'failing', 'inner?status=500', { retry: { max_attempts: 1 } }),
      ],
    },
  },
  {
    id: 'beside',
    type: 'parallel',
    config: {
      branches: [
        { name: 'left', steps: [transform('in_left', '{{secrets.canary}}')] },
        { steps: [call(url, 'in_right', 'right')] },
      ],
    },
  },
  { id: 'waits', type: 'wait', config: { duration: '{{secrets.canary}}' }, on_error: 'continue' },
  {
    id: 'asks',
    type: 'approval',
    config: {
      message: 'Show {{secrets.canary}}?',
      data: { key: '{{secrets.canary}}', '{{secrets.canary}}': 1 },
      approvers: ['{{secrets.canary}}'],
      expires_in: '100ms',
    },
  },
  // Longer than an executor holds on to it: the execution is suspended and goes on from its journal.
  { id: 'suspends', type: 'wait', config: { duration: '2500ms' } },
];

/** A secret that no list knows: the result of a step. */
const results = (url: string) => [
  call(url, 'token', 'token', { secrets_in_output: true }),
  {
    id: 'uses',
    type: 'http',
    config: { method: 'POST', url: `${url}/uses`, body: { token: '{{token.data.access_token}}' } },
  },
  transform('of_token', ['{{uses.data}}', '{{token.data.access_token.base64Encode()}}']),
];

/** E-mails: one that is sent, and such as the server refuses with the words it was told. */
const mails = () => [
  mail('mailed', 'house', { to: '{{secrets.canary_address}}', markdown: '**{{secrets.canary}}**' }),
  mail('no_such_user', 'refusing', { to: '{{secrets.canary_address}}' }, GOES_ON),
  mail('spam', 'refusing', { to: ['someone@example.com'], html: '<p>{{secrets.canary}}</p>' }, GOES_ON),
  mail('no_mailbox', 'house', { to: '{{secrets.canary}}' }, GOES_ON),
  mail('from_whom', 'house', { to: 'someone@example.com', from: '{{secrets.canary}}' }, GOES_ON),
  transform('of_mails', ['{{mailed.output}}', '{{no_such_user.error}}', '{{spam.error}}', '{{no_mailbox.error}}']),
];

const mail = (id: string, sender: string, fields: object, rest: object = {}) => ({
  id,
  type: 'email',
  config: { sender, subject: 'For {{secrets.canary}}', body: '{{secrets.canary}}', ...fields },
  ...rest,
});

/** The demo model repeats what it is asked: whole, cut off, and in JSON. */
const models = () => [
  model('repeated', { prompt: 'Say {{secrets.canary}}', system: '{{secrets.canary}}' }),
  // It repeats 200 characters of this.
  model('cut_by_model', { prompt: `${'x'.repeat(178)} {{secrets.canary}}` }),
  model('as_json', { prompt: 'Analyse as JSON: {{secrets.canary.base64Encode()}} and {{secrets.canary}}' }),
  model('talk', { messages: [{ role: 'user', content: 'Hello {{secrets.canary}}' }] }),
  model('no_model', { prompt: 'x', model: 'demo/{{secrets.canary}}' }, GOES_ON),
  model('misfit', { prompt: '{{secrets.canary}}', response_schema: { type: 'array', minItems: 11 } }, GOES_ON),
  transform('of_models', [
    '{{repeated.output}}',
    '{{cut_by_model.output}}',
    '{{as_json.output}}',
    '{{no_model.error}}',
  ]),
];

const model = (id: string, config: object, rest: object = {}) => ({ id, type: 'ai_completion', config, ...rest });

/** Code that writes it down, returns it and fails of it, and an answer to the caller. */
const programs = () => [
  code('coded', 'console.log("Look:", input.key, [input]); return [input.key, input];'),
  code('threw', 'throw new Error("No " + input.key);', { on_error: 'continue' }),
  transform('of_code', ['{{coded.output}}', '{{threw.error}}']),
  {
    id: 'answers',
    type: 'respond',
    config: { status: 201, headers: { 'X-Told': HEADER }, body: { key: '{{secrets.canary}}' } },
  },
];

const code = (id: string, text: string, rest: object = {}) => ({
  id,
  type: 'code',
  config: { source: text, input: { key: '{{secrets.canary}}' } },
  ...rest,
});

/** Another workflow, which returns what it is given and fails of it. */
const others = (subWorkflow: string) => [
  calling('called', subWorkflow, { key: '{{secrets.canary}}', token: '{{token.data.access_token}}' }),
  calling('called_in_vain', subWorkflow, { key: '{{secrets.canary}}', fails: true }, { on_error: 'continue' }),
  transform('of_others', ['{{called.output}}', '{{called_in_vain.error}}']),
];

const calling = (id: string, workflow_id: string, input: object, rest: object = {}) => ({
  id,
  type: 'sub_workflow',
  config: { workflow_id, input },
  ...rest,
});

/** The steps of that workflow. */
export const called = () => [
  transform('given', ['{{input}}', '{{secrets.canary}}']),
  { ...stops(), if: 'input.fails ?? false' },
  transform('returned', '{{given.output}}'),
];

/** What an execution ends by with the secret in its words. */
export const stops = () => ({
  id: 'stops',
  type: 'stop',
  config: { status: 'failed', message: 'No {{secrets.canary}}', output: ['{{secrets.canary}}'] },
});

/** Every way through a workflow that a value can take; `visible` takes one of them too, and is no secret. */
export const everyStep = ({ url, visible, subWorkflow }: { url: string; visible: string; subWorkflow: string }) => [
  ...shapes(visible),
  ...calls(url),
  ...ways(url),
  ...mails(),
  ...models(),
  ...programs(),
  ...results(url),
  ...others(subWorkflow),
];

/** The types of steps at any depth. */
export function typesIn(steps: unknown): string[] {
  if (Array.isArray(steps)) return steps.flatMap(typesIn);
  if (typeof steps !== 'object' || steps === null) return [];
  const { id, type, config } = steps as { id?: unknown; type?: unknown; config?: unknown };
  const own = typeof id === 'string' && typeof type === 'string' ? [type] : [];
  return [...own, ...Object.values(config === undefined ? steps : { config }).flatMap(typesIn)];
}
