import { Injectable } from '@nestjs/common';
import { AppError, LIMITS, type VariableList, type VariableResource } from '@millrace/contracts';
import { parseJson, stringifyJson } from '@millrace/expression/exact';
import { SettingSnapshots } from '../snapshots/setting-snapshots.js';
import { presentedEntry, type SettingQuota } from './setting-entries.js';
import { SettingStore } from './setting-store.js';
import { VariablesRepository } from './settings.repository.js';
import type { SettingEntry } from './settings.schema.js';

const QUOTA: SettingQuota = {
  kind: 'variable',
  count: LIMITS.variablesPerOrganisation,
  bytes: LIMITS.variableBytesPerOrganisation,
};

/** What is asked for with a value. */
export interface VariableWrite {
  readonly name: string;
  readonly value: unknown;
  readonly description?: string | undefined;
  readonly if_version?: number | undefined;
}

/** Variables of organisations. */
@Injectable()
export class VariablesService {
  readonly #store: SettingStore;

  constructor(variables: VariablesRepository, snapshots: SettingSnapshots) {
    this.#store = new SettingStore(variables, {
      quota: QUOTA,
      publish: (organisationId) => snapshots.publish(variables, organisationId),
    });
  }

  /** One page, by name. */
  async list(organisationId: string, limit: number, after: string | undefined): Promise<VariableList> {
    const { page, ...rest } = await this.#store.page(organisationId, limit, after);
    return { variables: page.map(presented), ...rest };
  }

  /** Stores a value. Throws INVALID_INPUT, QUOTA_EXCEEDED, VERSION_CONFLICT. */
  async put(organisationId: string, write: VariableWrite): Promise<VariableResource> {
    const { name, description, if_version: version } = write;
    const text = textOf(write.value);
    return presented(await this.#store.put(organisationId, { name, description, version }, () => ({ text })));
  }

  /** Throws VARIABLE_NOT_FOUND, also the second time, and VERSION_CONFLICT. */
  async delete(organisationId: string, name: string, version?: number): Promise<{ name: string; deleted: true }> {
    await this.#store.delete(organisationId, name, version);
    return { name, deleted: true };
  }
}

/** The value as JSON. Throws INVALID_INPUT. */
function textOf(value: unknown): string {
  const text = stringifyJson(value);
  const limit = LIMITS.variableBytes;
  if (Buffer.byteLength(text) <= limit) return text;
  throw new AppError('INVALID_INPUT', {
    message: `The value of the variable has more than ${limit} bytes as JSON`,
    details: { issues: [{ path: 'value', message: `must have at most ${limit} bytes as JSON` }] },
  });
}

function presented(entry: SettingEntry): VariableResource {
  return { ...presentedEntry(entry), value: parseJson(entry.text) };
}
