import { parseJson, stringifyJson } from '@millrace/expression/exact';
import { answerCheck } from './answer-check.js';
import { outputOf } from './answer.js';

const ANSWER = '{"id":9007199254740993,"share":0.1234567890123456789}';
const schemaOf = (id: string) =>
  parseJson(`{"type":"object","properties":{"id":${id},"share":{"type":"number"}}}`) as Record<string, unknown>;

it('takes a number with more digits than the validator knows for a number, and keeps it', () => {
  for (const id of ['{"type":"integer"}', '{"minimum":9007199254740992.5}', '{"enum":[1,9007199254740993]}']) {
    const checked = answerCheck(schemaOf(id))(ANSWER);
    expect(stringifyJson(checked)).toBe(`{"value":${ANSWER}}`);
  }
  expect(stringifyJson(outputOf(ANSWER))).toBe(ANSWER);
});

it('says of such a number what is wrong with it', () => {
  expect(answerCheck(schemaOf('{"maximum":10}'))(ANSWER)).toEqual({ problem: '/id must be <= 10' });
  expect(answerCheck(schemaOf('{"type":"object"}'))(ANSWER)).toEqual({ problem: '/id must be object' });
});
