import { HELPERS } from '@millrace/expression';
import { stepDefinitions, triggerDefinitions } from '@millrace/schema';
import { helperList, stepSchema, stepTypeList, triggerTypeList } from './reference-lists.js';

test('every type of step is listed, with a schema that names the members of its example', () => {
  const { step_types } = stepTypeList();
  expect(step_types.map(({ type }) => type)).toEqual(Object.keys(stepDefinitions));
  for (const { type, config, example } of step_types) {
    const { properties } = config as { properties: object };
    expect([type, Object.keys(properties)]).toEqual([type, expect.arrayContaining(Object.keys(example as object))]);
    expect(stepSchema(type as keyof typeof stepDefinitions)).toMatchObject({
      $id: `urn:millrace:step:${type}:1`,
      properties,
    });
  }
  expect(step_types.find(({ type }) => type === 'http')).toMatchObject({ available: true, data: 'body' });
});

test('every type of trigger and every helper is listed', () => {
  expect(triggerTypeList().trigger_types.map(({ type }) => type)).toEqual(Object.keys(triggerDefinitions));
  const { helpers } = helperList();
  expect(helpers.map(({ name }) => name)).toEqual(HELPERS.map(({ name }) => name));
  for (const { examples } of helpers)
    for (const { result } of examples) expect(() => JSON.parse(result) as unknown).not.toThrow();
});
