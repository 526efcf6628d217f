import { EvaluateExpression, newFileId, newId } from '@millrace/contracts';
import { uniqueName } from '@millrace/testing';
import { openFixture, type Fixture } from './definitions.fixture.js';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await openFixture();
  await fixture.start();
}, 180_000);
afterAll(() => fixture.stop());

/** What `text()` gives of a file, as somebody of the organisation asks. */
const read = (organisation_id: string, id: string, files?: boolean) =>
  fixture.client.request(EvaluateExpression, {
    ...{ organisation_id, kind: 'expression', text: 'text(input)', files },
    context: { input: { file: { id } } },
  });

it('an expression that is tried reads files of the organisation, for who may read them', async () => {
  const [owner, other] = [uniqueName('org'), uniqueName('org')];
  const execution_id = newId('execution');
  const address = { organisation_id: owner, execution_id, file_id: newFileId(execution_id) };
  const { id } = await fixture.client.files.store({
    ...{ address, name: 'a.txt', type: 'text/plain' },
    content: [Buffer.from('Grüße')],
  });
  expect(await read(owner, id, true)).toEqual({ value: 'Grüße', type: 'text', error: null });
  expect((await read(owner, id, false)).error).toMatchObject({ code: 'E_FILE' });
  // As a gateway of the release before asks.
  expect((await read(owner, id)).error).toMatchObject({ code: 'E_FILE' });
  const others = await read(other, id, true);
  expect(others.error).toMatchObject({ code: 'FILE_NOT_FOUND' });
  expect(others).toEqual(await read(other, newFileId(newId('execution')), true));
});
