import { setTimeout as sleep } from 'node:timers/promises';
import { bytesOfWrite, duringWrite, idOfWrite, keyedWrite } from './keyed-write.js';

const WRITE = { id: '01kaxh3v9m0000000000000001', seed: 's'.repeat(43), again: false };
const OTHER = { ...WRITE, id: '01kaxh3v9m0000000000000002' };

it('makes the same of the same write, and something else of another', () => {
  const made = (write = WRITE) =>
    duringWrite(write, () => [idOfWrite('token'), idOfWrite('workflow'), bytesOfWrite('token', 32).toString('hex')]);
  expect(made()).toEqual(made({ ...WRITE, again: true }));
  expect(made().slice(0, 2)).toEqual([`tok_${WRITE.id}`, `wf_${WRITE.id}`]);
  expect(made(OTHER).filter((each) => made().includes(each))).toEqual([]);
});

it('makes other bytes for another purpose', () => {
  const [token, secret] = duringWrite(WRITE, () => [bytesOfWrite('token', 32), bytesOfWrite('secret', 32)]);
  expect(token).not.toEqual(secret);
});

it('makes something new each time without a write', () => {
  expect(keyedWrite()).toBeUndefined();
  expect(idOfWrite('token')).not.toBe(idOfWrite('token'));
  expect(bytesOfWrite('token', 32)).not.toEqual(bytesOfWrite('token', 32));
});

it('keeps writes apart that are under way at the same time', async () => {
  const idAfter = async () => {
    await sleep(1);
    return idOfWrite('token');
  };
  const ids = await Promise.all([WRITE, OTHER].map((write) => duringWrite(write, idAfter)));
  expect(ids).toEqual([`tok_${WRITE.id}`, `tok_${OTHER.id}`]);
});
