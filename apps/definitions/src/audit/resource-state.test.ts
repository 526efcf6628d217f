import { createHash } from 'node:crypto';
import type { SettingEntry } from '../settings/settings.schema.js';
import { changedSetting } from './changed-setting.js';
import { settingState } from './resource-state.js';

const at = new Date('2026-11-26T09:00:00Z');
const entry = (members: Partial<SettingEntry> = {}): SettingEntry => ({
  id: 'sec_1',
  name: 'key',
  description: null,
  text: '"a"',
  bytes: 3,
  characters: 3,
  version: 1,
  created_at: at,
  updated_at: at,
  ...members,
});

it('of a setting that is or holds a secret says nothing of it, nor of its size', () => {
  const other = entry({ text: '"correct-horse"', bytes: 15, characters: 15 });
  expect(settingState(other, false)).toEqual(settingState(entry(), false));
  expect(settingState(entry({ version: 2 }), false).hash).not.toBe(settingState(entry(), false).hash);
  expect(settingState(other, true).hash).not.toBe(settingState(entry(), true).hash);
});

it('of a variable is the hash of what the API shows, in the order of the documentation', () => {
  const text = JSON.stringify({ id: 'sec_1', name: 'key', description: null, version: 1, value: 'a' });
  expect(settingState(entry(), true)).toEqual({ hash: createHash('sha256').update(text).digest('hex'), version: 1 });
});

it('of one setting among many is that of the one which was written', () => {
  const others = [entry({ id: 'sec_2', name: 'other' }), entry({ id: 'sec_3', name: 'third' })];
  const [one, two] = [entry(), entry({ version: 2 })];
  const state = (setting: SettingEntry) => settingState(setting, false);
  expect(changedSetting(others, [...others, one], false)).toEqual({ before: null, after: state(one) });
  expect(changedSetting([one, ...others], [...others, two], false)).toEqual({ before: state(one), after: state(two) });
  expect(changedSetting([...others, two], others, false)).toEqual({ before: state(two), after: null });
  expect(changedSetting(others, others, false)).toEqual({ before: null, after: null });
});
