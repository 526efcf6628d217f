import { JsonText, stringifyJson } from '@millrace/expression/exact';
import { ScheduleInputs } from './schedule-inputs.js';

const SINCE = '2026-01-01T00:00:00.000Z';
const KIB = 1024;
const MIB = 1024 * KIB;

const addressOf = (index: number) => ({ organisation_id: 'org_a', workflow_id: 'wf_a', index });
const configOf = (size: number, more = '') => `{"interval":"1s","input":{"text":"${'x'.repeat(size)}"${more}}}`;

/** Whether the input of a schedule is what it was before, and was not read again. */
function isKept(inputs: ScheduleInputs, index: number, config: string, since = SINCE): boolean {
  const published = { config, since };
  return inputs.inputOf(addressOf(index), published) === inputs.inputOf(addressOf(index), published);
}

test('a large input is read once for each revision of its schedule, and sent as it was read', () => {
  const inputs = new ScheduleInputs();
  const first = inputs.inputOf(addressOf(0), { config: configOf(8 * KIB, ',"id":9007199254740993'), since: SINCE });
  expect(first).toBeInstanceOf(JsonText);
  expect(stringifyJson(first)).toBe(`{"text":"${'x'.repeat(8 * KIB)}","id":9007199254740993}`);
  expect(inputs.inputOf(addressOf(0), { config: configOf(8 * KIB, ',"id":9007199254740993'), since: SINCE })).toBe(
    first,
  );

  const changed = { config: configOf(9 * KIB), since: '2026-01-02T00:00:00.000Z' };
  const next = inputs.inputOf(addressOf(0), changed);
  expect(stringifyJson(next)).toBe(`{"text":"${'x'.repeat(9 * KIB)}"}`);
  expect(inputs.inputOf(addressOf(0), changed)).toBe(next);
});

test('those of two schedules are two', () => {
  const inputs = new ScheduleInputs();
  const one = inputs.inputOf(addressOf(0), { config: configOf(8 * KIB), since: SINCE });
  const other = inputs.inputOf(addressOf(1), { config: configOf(5 * KIB), since: SINCE });
  expect(stringifyJson(other)).not.toBe(stringifyJson(one));
  expect(inputs.inputOf(addressOf(0), { config: configOf(8 * KIB), since: SINCE })).toBe(one);
});

test('small ones are not kept, of which there may be very many', () => {
  const inputs = new ScheduleInputs();
  expect(isKept(inputs, 0, configOf(3 * KIB))).toBe(false);
  expect(inputs.inputOf(addressOf(0), { config: '{"interval":"1s"}', since: SINCE })).toEqual({});
  expect(inputs.inputOf(addressOf(0), { config: '{"interval":"1s","input":[1]}', since: SINCE })).toEqual([1]);
});

test('no more is kept than a bound, whatever the number of schedules', () => {
  const inputs = new ScheduleInputs();
  const published = { config: configOf(MIB), since: SINCE };
  const all = Array.from({ length: 40 }, (_, index) => inputs.inputOf(addressOf(index), published));
  const kept = all.filter((input, index) => index >= 25 && inputs.inputOf(addressOf(index), published) === input);
  expect(kept).toHaveLength(15);
  expect(inputs.inputOf(addressOf(0), published)).not.toBe(all[0]);
});

test('large configs without a large input take their share too', () => {
  const inputs = new ScheduleInputs();
  const published = { config: `{"interval":"1s"${' '.repeat(8 * KIB)}}`, since: SINCE };
  const first = inputs.inputOf(addressOf(0), published);
  for (let index = 1; index <= 4_096; index++) inputs.inputOf(addressOf(index), published);
  expect(inputs.inputOf(addressOf(0), published)).not.toBe(first);
});
