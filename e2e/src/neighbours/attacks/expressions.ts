import { HELPERS } from '@millrace/expression';
import type { Attack, Extent, Family } from '../attack.js';

/** Arguments at the limits, by the name of the type that a parameter takes. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  text: [
    "'a'.repeat(400000)",
    "('a'.repeat(100000) + 'b' + 'a'.repeat(100000))",
    "'\\u0301\\u0316'.repeat(70000)",
    "' '.repeat(500000)",
    "'9'.repeat(300000)",
  ],
  number: ['1e308', '-1', '0.1', '100000', '-1e9'],
  array: ['range(0, 100000)', '(range(0, 1000).map(i => range(0, 100)))', "('ab,'.repeat(33000).split(','))"],
  object: ['input.wide', 'input.deep'],
};

/** What was found by hand, word for word. */
const KNOWN = [
  "{{'a'.repeat(400000).includes('a'.repeat(100000)+'b'+'a'.repeat(100000))}}",
  "{{'\\u0301\\u0316'.repeat(70000).slug()}}",
];

/** Every helper × hostile arguments, run as steps. */
export const expressions: Family = {
  name: 'expressions',
  attacks: (extent) => [known, manyTexts, ...helperAttacks(extent)],
};

const known: Attack = {
  name: 'the expressions that were found',
  run: async (attacker) => {
    await attacker.saveAndRun(workflowOf(KNOWN));
    // The same where a webhook call is checked, before it is accepted.
    const saved = await attacker.tenant.call<{ trigger: { config: { url: string } } }>('POST', '/workflows', {
      json: {
        ...workflowOf(['x']),
        trigger: { type: 'webhook', config: { headers: { 'X-A': KNOWN[0], 'X-B': KNOWN[1] } } },
      },
    });
    if (saved.status !== 201) return;
    const path = new URL(saved.body.trigger.config.url).pathname.replace(/^\/v1/, '');
    for (let call = 0; call < 3; call++)
      await attacker.send(attacker.stranger, 'POST', path, { json: {}, headers: { 'x-a': 'a', 'x-b': 'b' } });
  },
};

const manyTexts: Attack = {
  name: '150 texts of much work in one step',
  run: async (attacker) => {
    const output = Array.from({ length: 150 }, () => '{{range(0, 9000).map(i => i * 2 + i).sum()}}');
    await attacker.saveAndRun({ ...workflowOf([]), steps: [{ id: 'a', type: 'transform', config: { output } }] });
  },
};

function helperAttacks(extent: Extent): Attack[] {
  const texts = HELPERS.filter((helper) => helper.needs === undefined).flatMap((helper) => callsOf(helper, extent));
  const perWorkflow = 60;
  const groups = Array.from({ length: Math.ceil(texts.length / perWorkflow) }, (_, group) =>
    texts.slice(group * perWorkflow, (group + 1) * perWorkflow),
  );
  return groups.map((group, index) => ({
    name: `helpers at their limits, part ${index + 1} of ${groups.length}`,
    run: async (attacker) => {
      const wide = Object.fromEntries(Array.from({ length: 50_000 }, (_, key) => [`key_${key}`, key]));
      const deep = JSON.parse(`${'{"a":'.repeat(140)}1${'}'.repeat(140)}`) as unknown;
      await attacker.saveAndRun(workflowOf(group), { wide, deep });
    },
  }));
}

/** Each parameter in turn at its worst, the others plain; `whole` tries every argument there is for it. */
function callsOf(helper: (typeof HELPERS)[number], extent: Extent): string[] {
  const tries = extent === 'short' ? 1 : 5;
  return Array.from({ length: tries }, (_, turn) => {
    const args = helper.params.map(({ type }) => argumentOf(type, turn));
    return `{{string(${helper.name}(${args.join(', ')})).length}}`;
  });
}

function argumentOf(type: string, turn: number): string {
  if (type.includes('function')) return 'a => a';
  const kind = ['text', 'array', 'object', 'number'].find((one) => type.includes(one)) ?? 'text';
  const choices = ARGUMENTS[kind] ?? [];
  return choices[turn % choices.length] ?? 'null';
}

function workflowOf(outputs: readonly string[]): Record<string, unknown> {
  const steps = outputs.map((output, index) => ({
    id: `step_${index}`,
    type: 'transform',
    on_error: 'continue',
    config: { output },
  }));
  return { name: 'Work', trigger: { type: 'webhook' }, steps };
}
