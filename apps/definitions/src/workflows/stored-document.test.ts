import { triggersWithoutServers } from '../../test/triggers.fixture.js';
import { exactJson } from '@millrace/testing';
import fc from 'fast-check';
import { documentText, parseDocument, withoutServerFields as withoutFields } from './stored-document.js';

const parse = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;

const withoutServerFields = (sent: Record<string, unknown>) => withoutFields(sent, triggersWithoutServers());

describe('withoutServerFields', () => {
  it('drops the fields that the server sets, so that what was read can be sent back', () => {
    const read = {
      id: 'wf_1',
      name: 'n',
      trigger: { type: 'webhook', config: { url: 'https://x/v1/webhooks/wh_1' } },
      variables: {},
      version: 3,
      created_at: 'a',
      updated_at: 'b',
      execution_count: 4,
      warnings: [],
    };
    expect(withoutServerFields(read)).toEqual({ name: 'n', trigger: { type: 'webhook' } });
  });

  it('keeps the rest of a webhook trigger and other triggers as they are', () => {
    const sent = {
      triggers: [
        { type: 'webhook', config: { method: 'PUT', url: 'u' } },
        { type: 'schedule', config: { url: 'mine' } },
        'no trigger',
      ],
    };
    expect(withoutServerFields(sent)).toEqual({
      triggers: [
        { type: 'webhook', config: { method: 'PUT' } },
        { type: 'schedule', config: { url: 'mine' } },
        'no trigger',
      ],
    });
  });

  it('keeps keys that mean something to JavaScript or to a database, at every depth', () => {
    const text =
      '{"name":"n","variables":{"__proto__":{"a.b":1,"$gt":"","constructor":2}},"trigger":{"type":"webhook","__proto__":1}}';
    expect(documentText(withoutServerFields(parse(text)))).toBe(text);
  });
});

describe('documentText', () => {
  it('leaves the status out and reads back as it was', () => {
    const text = documentText({ name: 'n', status: 'paused', steps: [] });
    expect(text).toBe('{"name":"n","steps":[]}');
    expect(parseDocument(text)).toEqual({ name: 'n', steps: [] });
  });
});

it('keeps every digit of a number', () => {
  fc.assert(
    fc.property(exactJson, (text) => {
      const document = `{"name":"n","steps":${text}}`;
      expect(documentText(parseDocument(document))).toBe(document);
    }),
  );
});
