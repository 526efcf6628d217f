import { Injectable } from '@nestjs/common';
import { AppError, LIMITS, type VariableList, type VariableResource } from '@millrace/contracts';
import { parseJson, stringifyJson } from '@millrace/expression/exact';
import { SettingSnapshots } from '../snapshots/setting-snapshots.js';
import { pageOfEntries, presentedEntry, withEntry, withoutEntry, type SettingQuota } from './setting-entries.js';
import { SettingWriter } from './setting-writer.js';
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
  private readonly writer: SettingWriter;

  constructor(
    private readonly variables: VariablesRepository,
    snapshots: SettingSnapshots,
  ) {
    this.writer = new SettingWriter('variable', variables, (organisationId) =>
      snapshots.publishVariables(organisationId),
    );
  }

  /** One page, by name. */
  async list(organisationId: string, limit: number, after: string | undefined): Promise<VariableList> {
    const record = await this.variables.find(organisationId);
    const { page, ...rest } = pageOfEntries(record?.entries ?? [], { limit: Math.min(limit, LIMITS.pageSize), after });
    return { variables: page.map(presented), ...rest };
  }

  /** Stores a value. Throws INVALID_INPUT, QUOTA_EXCEEDED, VERSION_CONFLICT. */
  async put(organisationId: string, write: VariableWrite): Promise<VariableResource> {
    const { name, description, if_version: version } = write;
    const text = textOf(write.value);
    const entry = { name, text, bytes: Buffer.byteLength(text), characters: text.length, description, version };
    const record = await this.writer.write(organisationId, ({ entries }) => ({
      entries: withEntry(entries, entry, QUOTA),
      key_id: null,
    }));
    return presented(record.entries.find((one) => one.name === name) as SettingEntry);
  }

  /** Throws VARIABLE_NOT_FOUND, also the second time. */
  async delete(organisationId: string, name: string): Promise<{ name: string; deleted: true }> {
    await this.writer.write(organisationId, ({ entries }) => ({
      entries: withoutEntry(entries, name, 'variable'),
      key_id: null,
    }));
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
