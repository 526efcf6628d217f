import { validateWorkflow } from './validate-workflow.js';

function placesOf(text: string): (string | number | undefined)[][] {
  return validateWorkflow(text).problems.map((one) => [one.code, one.path, one.line, one.column]);
}

/** Line and column of a mark in a text. */
function placeOf(text: string, mark: string): [number, number] {
  const before = text.slice(0, text.indexOf(mark)).split('\n');
  return [before.length, (before.at(-1)?.length ?? 0) + 1];
}

const yaml = `# A comment
name: Sample
steps:
  - id: a
    type: transform
    config:
      output: "{{nobody.output}}"
  - id: b
    type: transform
    config:
      output: |
        first line
        Hello {{stranger.output}}!
    next: nowhere
  - {id: c, type: http, config: {ulr: x}}
`;

describe('a document as text', () => {
  it('has the place of every problem, in expressions to the character', () => {
    expect(placesOf(yaml)).toEqual([
      ['unknown_name', 'steps[0].config.output', ...placeOf(yaml, 'nobody')],
      ['unknown_name', 'steps[1].config.output', ...placeOf(yaml, 'stranger')],
      ['unknown_target', 'steps[1].next', ...placeOf(yaml, 'nowhere')],
      ['required', 'steps[2].config.url', ...placeOf(yaml, 'config: {ulr')],
      ['unknown_field', 'steps[2].config.ulr', ...placeOf(yaml, 'ulr')],
    ]);
  });

  it('may be JSON, with places too', () => {
    const json = JSON.stringify({ name: 'x', steps: [{ id: 'a', type: 'transfrm', config: {} }] }, null, '\t');
    expect(placesOf(json)).toEqual([['unknown_step_type', 'steps[0].type', ...placeOf(json, '"transfrm"')]]);
  });

  it('means the same as JSON and as a parsed document', () => {
    const document = {
      name: 'x',
      steps: [{ id: 'a', type: 'transform', config: { output: { n: 1e3, t: 'yes', u: '2020-01-01', nothing: null } } }],
    };
    expect(validateWorkflow(JSON.stringify(document)).document).toEqual(document);
    const text =
      'name: x\nsteps:\n- id: a\n  type: transform\n  config: {output: {n: 1e3, t: yes, u: 2020-01-01, nothing: null}}\n';
    expect(validateWorkflow(text).document).toEqual(document);
  });

  it('that is no YAML has the place of the mistake', () => {
    expect(placesOf('name: x\nsteps: [\n')).toMatchObject([['syntax', '', 3, 1]]);
    expect(placesOf('{"name": "x",, "steps": []}')).toMatchObject([['syntax', '', 1, expect.any(Number)]]);
  });

  it('must not have the same member twice, which JSON parsers pass over in silence', () => {
    expect(placesOf('{"name": "a", "name": "b", "steps": []}')).toMatchObject([['syntax', '', 1, 15]]);
  });

  it('must be an object', () => {
    for (const text of ['', '- a', '17', 'null', '"text"']) expect(placesOf(text)).toEqual([['wrong_type', '', 1, 1]]);
  });

  it('with an alias bomb is refused', () => {
    const lines = Array.from(
      { length: 30 },
      (_, level) => `a${level + 1}: &a${level + 1} [${Array(9).fill(`*a${level}`).join(', ')}]`,
    );
    expect(placesOf(`a0: &a0 [1]\n${lines.join('\n')}\n`)).toMatchObject([['syntax', '', undefined, undefined]]);
  });

  it('with nesting beyond measure is refused', () => {
    expect(placesOf(`x: ${'['.repeat(50_000)}`)).toMatchObject([['too_deep', '', 1, expect.any(Number)]]);
  });

  it('has only values that JSON has', () => {
    expect(placesOf('name: x\nsteps: []\nvariables: {a: .nan}\n')).toMatchObject([['not_json', 'variables.a', 3, 16]]);
  });

  it('may have as many members as there is room for: each is compared with none but those of its name', () => {
    const text = `name: x\nsteps: []\nvariables:\n${Array.from({ length: 20_000 }, (_, index) => `  member_${index}: 1`).join('\n')}\n`;
    const before = process.cpuUsage();
    expect(validateWorkflow(text).ok).toBe(true);
    // Generous: comparing every member with every other one takes several times as long.
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(5_000);
  });
});
