import { AppError, LIMITS, newId, RunRequested, STREAMS, type FileFacts } from '@millrace/contracts';
import { PublishRefusedError, WrongSequenceError, type Bus, type NatsBus } from '@millrace/messaging';
import { StorageQuota } from '@millrace/service-kit/storage-quota';
import { InboundService } from '../src/inbound/inbound.service.js';
import { waitUntil } from '@millrace/testing';
import { call, DispatcherScene } from './dispatcher.fixture.js';

const PDF = { headers: { 'content-type': 'application/pdf' }, body: '%PDF-1.7' };

let scene: DispatcherScene;
let bus: Bus;
let inbound: InboundService;

beforeAll(async () => {
  scene = await DispatcherScene.open();
  bus = scene.bus;
  inbound = scene.app.get(InboundService);
});
afterAll(() => scene.close());

const inputOf = async (accepted: { organisation_id: string; execution_id: string }): Promise<unknown> =>
  (await bus.lastOnSubject(RunRequested, accepted))?.payload.input;

async function contentOf(organisationId: string, { id }: Pick<FileFacts, 'id'>): Promise<string> {
  const file = await bus.files.find(organisationId, id);
  if (file === null) throw new Error('There is no such file');
  const pieces: Uint8Array[] = [];
  for await (const piece of bus.files.read(organisationId, file)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

/** How much is in the stream of files, whoever it is of. */
async function storedFiles(): Promise<number> {
  const { streams } = await bus.queueStates();
  return streams.find(({ stream }) => stream === STREAMS.files)?.messages ?? 0;
}

it('a body that is no value is a file of the execution, which is there before it is started', async () => {
  await scene.address('binary');
  const accepted = await inbound.receive(call('wh_binary', PDF));
  const input = (await inputOf(accepted)) as { file: FileFacts };
  const [file] = await bus.files.list('org_binary', accepted.execution_id);
  expect(input.file).toEqual({ id: file?.id, name: null, type: 'application/pdf', size: 8, sha256: file?.sha256 });
  expect(await contentOf('org_binary', input.file)).toBe(PDF.body);
});

it('files of a multipart form are files of the execution, in the order in which they came', async () => {
  await scene.address('form');
  const body = ['a', 'b']
    .map(
      (name) => `--x\r\nContent-Disposition: form-data; name="${name}"; filename="${name}.txt"\r\n\r\nfile ${name}\r\n`,
    )
    .join('');
  const headers = { 'content-type': 'multipart/form-data; boundary=x' };
  const accepted = await inbound.receive(call('wh_form', { headers, body: `${body}--x--\r\n` }));
  const input = (await inputOf(accepted)) as Record<'a' | 'b', { file: FileFacts }>;
  expect(Object.entries(input).map(([name, { file }]) => [name, file.name])).toEqual([
    ['a', 'a.txt'],
    ['b', 'b.txt'],
  ]);
  expect(await contentOf('org_form', input.a.file)).toBe('file a');
  expect(await contentOf('org_form', input.b.file)).toBe('file b');
});

it('a delivery that comes again, also with another content, has the files of the first call alone', async () => {
  await scene.address('again', { dedupe_key: '{{trigger.query.order}}' });
  const first = await inbound.receive(call('wh_again', { ...PDF, query: { order: '1' } }));
  const second = await inbound.receive(call('wh_again', { ...PDF, body: '%PDF-1.8', query: { order: '1' } }));
  expect([second.execution_id, second.duplicate]).toEqual([first.execution_id, true]);
  const files = await bus.files.list('org_again', first.execution_id);
  expect(files).toHaveLength(1);
  expect(await contentOf('org_again', files[0] as FileFacts)).toBe(PDF.body);
});

it('twins of a delivery start one execution, with the files that its input names and no others', async () => {
  await scene.address('twins', { dedupe_key: 'same' });
  const twins = await Promise.all(Array.from({ length: 6 }, () => inbound.receive(call('wh_twins', PDF))));
  const [one] = twins as [(typeof twins)[0]];
  expect(new Set(twins.map(({ execution_id }) => execution_id)).size).toBe(1);
  const { file } = (await inputOf(one)) as { file: FileFacts };
  expect((await bus.files.list('org_twins', one.execution_id)).map(({ id }) => id)).toEqual([file.id]);
});

it('files tell deliveries apart by what they are', async () => {
  await scene.address('digest', { dedupe_key: '{{input.file.sha256}}' });
  const [first, same, other] = [
    await inbound.receive(call('wh_digest', PDF)),
    await inbound.receive(call('wh_digest', PDF)),
    await inbound.receive(call('wh_digest', { ...PDF, body: '%PDF-1.8' })),
  ];
  expect(same.execution_id).toBe(first.execution_id);
  expect(other.execution_id).not.toBe(first.execution_id);
});

it('a delivery that is known to have been accepted has no more files stored', async () => {
  await scene.address('known', { dedupe_key: 'same' });
  const first = await inbound.receive(call('wh_known', PDF));
  const store = jest.spyOn(bus.files, 'store');
  const again = await inbound.receive(call('wh_known', { ...PDF, body: '%PDF-1.8' }));
  expect([again.execution_id, again.duplicate, store.mock.calls.length]).toEqual([first.execution_id, true, 0]);
  store.mockRestore();
  expect(await bus.files.list('org_known', first.execution_id)).toHaveLength(1);
});

describe('while calls of one organisation bring many files', () => {
  const boundary = { 'content-type': 'multipart/form-data; boundary=x' };
  const part = '--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\nz\r\n';
  const manyFiles = { headers: boundary, body: `${part.repeat(50)}--x--\r\n` };
  /** Organisations, in the order in which their files were begun; those of `org_many` wait for the function that comes with it. */
  function heldStore(): { begun: string[]; release: () => void; of: (name: string) => number } {
    const begun: string[] = [];
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const store = bus.files.store.bind(bus.files);
    jest.spyOn(bus.files, 'store').mockImplementation(async (file) => {
      const { organisation_id } = file.address;
      begun.push(organisation_id);
      if (organisation_id === 'org_many') await held;
      return store(file);
    });
    return { begun, release, of: (name) => begun.filter((one) => one === name).length };
  }
  const half = LIMITS.webhookFilesAtOnce / 2;
  beforeAll(async () => {
    await scene.address('many');
    await scene.address('few');
  });
  afterEach(() => jest.restoreAllMocks());

  it('the call of another one is stored before the rest of them', async () => {
    const { begun, release, of } = heldStore();
    const many = Array.from({ length: 4 }, () => inbound.receive(call('wh_many', manyFiles)));
    await waitUntil('the first ones to be begun', () => of('org_many') >= half);
    const few = await inbound.receive(call('wh_few', PDF));
    expect(await bus.files.list('org_few', few.execution_id)).toHaveLength(1);
    // Two of the four calls, of which each stores one file after the other.
    expect(begun).toEqual([...Array.from({ length: half }, () => 'org_many'), 'org_few']);
    release();
    const accepted = await Promise.all(many);
    const stored = accepted.map(({ execution_id }) => bus.files.list('org_many', execution_id));
    expect((await Promise.all(stored)).map(({ length }) => length)).toEqual([50, 50, 50, 50]);
  });

  it('one that waited until its caller gave up stores nothing, and starts nothing', async () => {
    const { release, of } = heldStore();
    const running = Array.from({ length: half }, () => inbound.receive(call('wh_many', manyFiles)));
    await waitUntil('the first ones to be begun', () => of('org_many') === half);
    const wait = jest.replaceProperty(LIMITS, 'webhookFilesWaitMs', 1 as never);
    const execution_id = newId('execution');
    const late = inbound.receive(call('wh_many', { ...manyFiles, execution_id }));
    await expect(late).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    wait.restore();
    release();
    await Promise.all(running);
    expect(of('org_many')).toBe(50 * half);
    expect(await bus.lastOnSubject(RunRequested, { organisation_id: 'org_many', execution_id })).toBeNull();
  });
});

it('a call that is refused leaves no file', async () => {
  await scene.address('refused');
  await scene.workflow('wf_refused', 'paused', 'org_refused');
  await inbound.receive(call('wh_binary', PDF));
  const before = await storedFiles();
  expect(before).toBeGreaterThan(1);
  await expect(inbound.receive(call('wh_refused', PDF))).rejects.toMatchObject({ code: 'WORKFLOW_PAUSED' });
  await scene.workflow('wf_refused', 'active', 'org_refused');
  const headers = { 'content-type': 'multipart/form-data; boundary=x' };
  const cutOff = '--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\nhalf of it';
  await expect(inbound.receive(call('wh_refused', { headers, body: cutOff }))).rejects.toMatchObject({
    code: 'INVALID_INPUT',
  });
  expect(await storedFiles()).toBe(before);
});

it('files stay where it is not certain whether this very call has started the execution', async () => {
  await scene.address('unclear');
  const filesAfter = async (error: Error): Promise<number> => {
    const execution_id = newId('execution');
    const publish = jest.spyOn(bus, 'publish').mockRejectedValueOnce(error);
    await inbound.receive(call('wh_unclear', { ...PDF, execution_id })).catch(() => undefined);
    publish.mockRestore();
    return (await bus.files.list('org_unclear', execution_id)).length;
  };
  expect(await filesAfter(new WrongSequenceError('subject', 0, 1))).toBe(0);
  expect(await filesAfter(new PublishRefusedError('subject', 10054, 'too large'))).toBe(0);
  expect(await filesAfter(new WrongSequenceError('subject', 0, 1, false))).toBe(1);
  expect(await filesAfter(new AppError('SERVICE_UNAVAILABLE'))).toBe(1);
});

it('an empty file is charged for too', async () => {
  await scene.address('empty');
  const charge = jest.spyOn(scene.app.get(StorageQuota), 'charge');
  const headers = { 'content-type': 'multipart/form-data; boundary=x' };
  const part = '--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n\r\n';
  await inbound.receive(call('wh_empty', { headers, body: `${part.repeat(3)}--x--\r\n` }));
  const charges = charge.mock.calls.filter(([, bytes]) => bytes === LIMITS.fileOverheadBytes);
  charge.mockRestore();
  expect(charges).toEqual(Array.from({ length: 3 }, () => ['org_empty', LIMITS.fileOverheadBytes]));
});

it('files count towards what the organisation may store', async () => {
  await scene.address('full');
  const MEBIBYTE = 1024 * 1024;
  (bus as NatsBus).room.measured({ free: 3 * MEBIBYTE, limit: 1_000 * MEBIBYTE });
  try {
    await inbound.receive(call('wh_full', { ...PDF, body: 'x'.repeat(1.2 * MEBIBYTE) }));
    await expect(inbound.receive(call('wh_full', PDF))).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
  } finally {
    (bus as NatsBus).room.measured(null);
  }
});
