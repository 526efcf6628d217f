import { validateWorkflow } from '../validate-workflow.js';
import { readDocumentText } from './read-text.js';

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
        again {{another.output}}
    next: nowhere
  - {id: c, type: http, config: {ulr: x}}
`;

describe('the place of a problem', () => {
  it('is exact, in expressions to the character', () => {
    expect(placesOf(yaml)).toEqual([
      ['unknown_name', 'steps[0].config.output', ...placeOf(yaml, 'nobody')],
      ['unknown_name', 'steps[1].config.output', ...placeOf(yaml, 'stranger')],
      ['unknown_name', 'steps[1].config.output', ...placeOf(yaml, 'another')],
      ['unknown_target', 'steps[1].next', ...placeOf(yaml, 'nowhere')],
      ['required', 'steps[2].config.url', ...placeOf(yaml, 'config: {ulr')],
      ['unknown_field', 'steps[2].config.ulr', ...placeOf(yaml, 'ulr')],
    ]);
  });

  it('is the same when lines end as on Windows', () => {
    expect(placesOf(yaml.replaceAll('\n', '\r\n'))).toEqual(placesOf(yaml));
  });

  it('is exact in JSON too', () => {
    const json = JSON.stringify({ name: 'x', steps: [{ id: 'a', type: 'transfrm', config: {} }] }, null, '\t');
    expect(placesOf(json)).toEqual([['unknown_step_type', 'steps[0].type', ...placeOf(json, '"transfrm"')]]);
  });

  it('is the beginning of a text that is written otherwise than it reads', () => {
    const folded =
      'name: x\nsteps:\n  - id: a\n    type: transform\n    config:\n      output: >\n        Hi\n        {{no.output}}\n';
    expect(placesOf(folded)).toEqual([['unknown_name', 'steps[0].config.output', ...placeOf(folded, '>')]]);
    const escaped = folded.replace('>\n        Hi\n        {{no.output}}', '"\\u0048i {{no.output}}"');
    expect(placesOf(escaped)).toEqual([['unknown_name', 'steps[0].config.output', ...placeOf(escaped, '"\\u')]]);
  });

  it('of something that an alias repeats is where it is written', () => {
    const text = 'name: x\nvariables: {step: &s {id: a, type: transfrm, config: {}}}\nsteps: [*s]\n';
    expect(placesOf(text)).toEqual([['unknown_step_type', 'steps[0].type', ...placeOf(text, 'transfrm')]]);
  });

  it('is found for a document that was changed after it was read, and for nothing that is not in the text', () => {
    const reading = readDocumentText(yaml);
    if (!reading.ok) throw new Error('The text cannot be read');
    const { problems } = validateWorkflow({ ...(reading.value as object), extra: 1 }, { locate: reading.locate });
    expect(problems.find(({ path }) => path === 'steps[1].next')).toMatchObject({ line: 16, column: 11 });
  });
});
