import type { SettingEntry } from '../settings/settings.schema.js';
import type { NotedChange } from './noted-change.js';
import { settingState } from './resource-state.js';

/** What a write of all settings of one kind has made of the one that it was about. */
export function changedSetting(
  before: readonly SettingEntry[],
  after: readonly SettingEntry[],
  isVariable: boolean,
): NotedChange {
  const isOther = (entry: SettingEntry, others: readonly SettingEntry[]): boolean =>
    !others.some(({ id, version }) => id === entry.id && version === entry.version);
  const former = before.find((entry) => isOther(entry, after));
  const latter = after.find((entry) => isOther(entry, before));
  return {
    before: former ? settingState(former, isVariable) : null,
    after: latter ? settingState(latter, isVariable) : null,
  };
}
