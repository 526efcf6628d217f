import { STEP_TYPES, stepDefinitions, TRIGGER_TYPES, triggerDefinitions } from '@millrace/schema';
import type { Attack, Attacker, Extent, Family } from '../attack.js';

/** Texts that have stalled somebody's parser: long, nearly right, or of characters with a meaning. */
export const HOSTILE_TEXTS: Readonly<Record<string, string>> = {
  'an address and a space': `http://${'a'.repeat(200_000)} `,
  spaces: ' '.repeat(300_000),
  braces: '{{'.repeat(100_000),
  'a long zone': 'Europe/'.repeat(20_000),
  'an expression of parentheses': `{{${'('.repeat(9_000)}`,
  'an expression of operators': `{{1${'+1'.repeat(4_900)}}}`,
  'many expressions': '{{input.a}}'.repeat(20_000),
  'unknown names': '{{inptu.a}}'.repeat(5_000),
  digits: '9'.repeat(300_000),
  durations: '1h'.repeat(100_000),
  'cron fields': '* '.repeat(100_000),
  'cron lists': `${'1,'.repeat(100_000)}1 * * * *`,
  'at signs': 'a@'.repeat(100_000),
  dots: 'a.'.repeat(100_000),
  backslashes: '\\'.repeat(200_000),
  'combining marks': 'a\u0301\u0316'.repeat(80_000),
  'line breaks': '\r\n'.repeat(100_000),
  quotes: `{{'${"\\'".repeat(4_000)}`,
  brackets: '[a-'.repeat(60_000),
  'right-to-left marks': '\u202e'.repeat(100_000),
};

const trigger = { type: 'webhook', config: { method: 'POST', headers: { 'X-Key': 'k' } } };

const STEPS = [
  {
    id: 'call',
    type: 'http',
    if: '{{true}}',
    config: { url: 'https://example.com', headers: { A: 'b' }, body: 'c' },
  },
  { id: 'way', type: 'condition', config: { condition: '1 == 1', true_branch: 'turn', false_branch: 'turn' } },
  { id: 'turn', type: 'switch', config: { value: '{{input}}', cases: [{ equals: 'a', then: 'each' }] } },
  {
    id: 'each',
    type: 'loop',
    config: { items: '{{[1]}}', steps: [{ id: 'one', type: 'transform', config: { output: 'x' } }] },
  },
  {
    id: 'both',
    type: 'parallel',
    config: { branches: [{ name: 'left', steps: [{ id: 'two', type: 'transform', config: { output: 'x' } }] }] },
  },
  { id: 'rest', type: 'wait', config: { duration: '1s' } },
  { id: 'make', type: 'transform', config: { output: '{{input}}' }, timeout: '5s', on_error: 'continue' },
  { id: 'ask', type: 'ai_completion', config: { model: 'm', prompt: 'p', system: 's' } },
  { id: 'mail', type: 'email', config: { to: 'a@example.com', subject: 's', body: 'b' } },
  { id: 'sub', type: 'sub_workflow', config: { workflow_id: 'wf_x', input: 'i' } },
  { id: 'allow', type: 'approval', config: { message: 'm', approvers: ['a@example.com'] } },
  { id: 'run', type: 'code', config: { code: 'return 1' } },
  { id: 'say', type: 'respond', config: { body: 'b' } },
  { id: 'halt', type: 'stop', config: { status: 'failed', message: 'm' } },
];

/** A document that has every kind of text field and every type of step. */
const FULL_DOCUMENT = {
  name: 'Full',
  description: 'Every text there is',
  tags: ['a'],
  trigger,
  variables: { greeting: 'hello' },
  settings: { timeout: '1m', missing: 'error' },
  steps: [...STEPS, ...otherSteps(STEPS)],
  output: '{{make.output}}',
} as const;

const TRIGGERS = [
  trigger,
  { type: 'schedule', config: { cron: '0 9 * * *', timezone: 'Europe/Berlin', start_at: '2026-01-01', input: 'x' } },
  { type: 'email', config: { address: 'a@example.com', subject_filter: 's', from_filter: 'f' } },
];

const OTHER_TRIGGERS = [
  ...TRIGGERS.slice(1),
  ...TRIGGER_TYPES.filter((type) => !TRIGGERS.some((known) => known.type === type)).map((type) => ({
    type,
    config: triggerDefinitions[type].example,
  })),
];

/** Every text of a document × every hostile text, and documents that are wide. */
export const documents: Family = {
  name: 'documents',
  attacks: (extent, attacker) => [...textAttacks(extent, attacker), ...wideAttacks(attacker)],
};

function textAttacks(extent: Extent, attacker: Attacker): Attack[] {
  const texts = Object.entries(HOSTILE_TEXTS);
  const chosen = extent === 'short' ? texts.filter((_, index) => index % 7 === 0) : texts;
  return chosen.map(([name, text]) => ({
    name: `${name} in every text`,
    run: async () => {
      // In CI all texts of a document at once; by hand each alone too, since one problem may hide another.
      for (const document of [
        FULL_DOCUMENT,
        ...OTHER_TRIGGERS.map((other) => ({ ...FULL_DOCUMENT, trigger: other })),
      ]) {
        const places = textPlaces(document);
        await save(
          attacker,
          places.reduce((changed, place) => replaced(changed, place, text.slice(0, 20_000)), document as object),
        );
        if (extent === 'short') {
          await save(attacker, replaced(document, places[places.length >> 1] as string[], text));
          continue;
        }
        for (const place of places) await save(attacker, replaced(document, place, text));
      }
    },
  }));
}

function wideAttacks(attacker: Attacker): Attack[] {
  const many = (count: number) => Array.from({ length: count }, (_, index) => index);
  const near = Object.fromEntries(many(20_000).map((index) => [`variable_${index}`, 1]));
  const misses = many(9_000)
    .map((index) => `{{variables.varaible_${index}}}`)
    .join('');
  const transform = (index: number) => ({ id: `step_${index}`, type: 'transform', config: { output: 1 } });
  const wide: Readonly<Record<string, object>> = {
    'near misses of many names': { ...base(), variables: near, output: misses },
    'many tags': { ...base(), tags: many(60_000).map((index) => `t${index}`) },
    'many steps': { ...base(), steps: many(12_000).map(transform) },
    'equal steps': { ...base(), steps: many(12_000).map(() => transform(0)) },
    'many unknown fields': { ...base(), ...Object.fromEntries(many(40_000).map((index) => [`f${index}`, 1])) },
    'many required headers': {
      ...base(),
      trigger: {
        type: 'webhook',
        config: { headers: Object.fromEntries(many(20_000).map((index) => [`H-${index}`, '{{variables.a}}'])) },
      },
    },
    'a list of lists': { ...base(), variables: { a: JSON.parse(`[${'[],'.repeat(300_000)}[]]`) as unknown } },
  };
  return Object.entries(wide).map(([name, document]) => ({ name, run: () => save(attacker, document) }));
}

function base(): Record<string, unknown> {
  return { name: 'w', trigger: { type: 'webhook' }, steps: [{ id: 'a', type: 'transform', config: { output: 1 } }] };
}

async function save(attacker: Attacker, document: object): Promise<void> {
  await attacker.send(attacker.tenant, 'POST', '/workflows', { json: document });
}

/** Steps of the types that have no line of their own above, as their definitions show them. */
function otherSteps(known: readonly { readonly type: string }[]): { id: string; type: string; config: object }[] {
  const types = STEP_TYPES.filter((type) => !known.some((step) => step.type === type));
  return types.map((type) => ({ id: `other_${type}`, type, config: stepDefinitions[type].example }));
}

/** Paths of all texts in a document. */
export function textPlaces(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value === 'string') return [[...path]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => textPlaces(inner, [...path, key]));
}

function replaced(value: object, path: readonly string[], text: string): object {
  const [head = '', ...rest] = path;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [...(value as unknown[])] : { ...value };
  const inner = (copy as Record<string, unknown>)[head];
  (copy as Record<string, unknown>)[head] = rest.length === 0 ? text : replaced(inner as object, rest, text);
  return copy;
}
