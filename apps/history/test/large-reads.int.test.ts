import { LIMITS, type ExecutionResource } from '@millrace/contracts';
import { sharedMongo, startNats, waitUntil, type OwnServer, type SharedServer } from '@millrace/testing';
import { EntryReader } from '../src/executions/entry-reader.js';
import { ExecutionsController } from '../src/executions/executions.controller.js';
import { ExecutionsService } from '../src/executions/executions.service.js';
import { ProjectionService } from '../src/executions/projection.service.js';
import { append, aSubject, completed, createHistory, entry, httpStep, start, type History, type Subject } from './start-history.js'; // prettier-ignore

describe('reading a large execution', () => {
  let nats: OwnServer;
  let mongo: SharedServer;
  let history: History;

  beforeAll(async () => {
    [nats, mongo] = await Promise.all([startNats(), sharedMongo()]);
    history = await createHistory({ nats: nats.url, mongo: mongo.url });
    await history.database.asPromise();
  });
  afterAll(async () => {
    await history.stop();
    await Promise.all([nats.stop(), mongo.stop()]);
  });

  const reads = () => history.app.get(ExecutionsService);
  const idsOf = ({ organisationId, executionId }: Subject) => ({
    organisation_id: organisationId,
    execution_id: executionId,
  });
  const text = (bytes: number) => 'x'.repeat(bytes);

  function expectBounded(resource: ExecutionResource, subject: Subject): void {
    expect(JSON.stringify(resource).length).toBeLessThan(LIMITS.answerBytes + 4 * LIMITS.answerValueBytes);
    expect(resource).toMatchObject({ status: 'completed', steps_total: 41, input: null, output: null });
    const base = `/v1/executions/${subject.executionId}`;
    expect(resource.input_ref).toMatchObject({ bytes: 3_000_002, href: `${base}/input` });
    expect(resource.output_ref).toMatchObject({ bytes: 2_000_002, href: `${base}/output` });
    expect(resource.steps[0]).toMatchObject({
      output: null,
      output_ref: { bytes: 4_000_002, href: `${base}/steps/loop%5B0%5D.call/output` },
    });
    expect(resource.steps[0]?.output_ref?.sha256).toMatch(/^[0-9a-f]{64}$/);
    const inside = resource.steps.slice(1).filter((step) => step.output !== null);
    // Those that are small enough are in the answer until it is full; the others are references.
    expect(inside.length).toBeGreaterThan(10);
    expect(resource.steps.filter((step) => step.output_ref).length).toBe(41 - inside.length);
  }

  async function expectValues(subject: Subject): Promise<void> {
    const of = (value: 'input' | 'output' | 'step_output', path?: string) =>
      reads().value({ ...idsOf(subject), value, path });
    expect(JSON.parse(await of('input'))).toBe(text(3_000_000));
    expect(JSON.parse(await of('output'))).toBe(text(2_000_000));
    expect(JSON.parse(await of('step_output', 'loop[0].call'))).toBe(text(4_000_000));
    expect(JSON.parse(await of('step_output', 'loop[40].call'))).toBe(text(200_040));
    await expect(of('step_output', 'loop[41].call')).rejects.toMatchObject({ code: 'EXECUTION_NOT_FOUND' });
    const others = { ...idsOf(aSubject()), execution_id: subject.executionId, value: 'input' as const };
    await expect(reads().value(others)).rejects.toMatchObject({ code: 'EXECUTION_NOT_FOUND' });
  }

  it('sends the part of a value that was asked for, and no more', async () => {
    const subject = aSubject();
    await append(history.bus, subject, [start(subject, text(3_000_000)), completed('done')]);
    const question = { ...idsOf(subject), value: 'input' as const };
    const controller = history.app.get(ExecutionsController);
    const answer = await controller.value({ ...question, range: { first: 2_999_999, last: 2_999_999 } });
    expect(answer).toEqual({ json: '', part: { total: 3_000_002, start: 2_999_999, base64: 'eA==' } });
    expect((await controller.value(question)).json).toHaveLength(3_000_002);
  });

  it('reads one byte of large values for few of an organisation at once, and for others meanwhile', async () => {
    const [greedy, victim] = [aSubject(), aSubject()];
    const events = (of: Subject) => [start(of, text(3_000_000)), completed('done')];
    await append(history.bus, greedy, events(greedy));
    await append(history.bus, victim, events(victim));
    // A read that has begun waits here, so that those at once can be counted.
    const reader = history.app.get(EntryReader);
    const begun: string[] = [];
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const read = reader.read.bind(reader);
    const spy = jest.spyOn(reader, 'read').mockImplementation(async function* (address, ...rest) {
      begun.push(address.organisation_id);
      if (address.organisation_id === greedy.organisationId) await held;
      yield* read(address, ...rest);
    });
    try {
      const byteOf = (subject: Subject) =>
        history.app
          .get(ExecutionsController)
          .value({ ...idsOf(subject), value: 'input', range: { first: 0, last: 0 } });
      const all = Promise.allSettled(Array.from({ length: 30 }, () => byteOf(greedy)));
      const byte = { json: '', part: { total: 3_000_002, start: 0, base64: 'Ig==' } };
      await waitUntil('the first reads', () => begun.length >= 4);
      expect(await byteOf(victim)).toEqual(byte);
      expect(begun.filter((owner) => owner === greedy.organisationId)).toHaveLength(4);
      release();
      const outcomes = await all;
      const answered = outcomes.filter(({ status }) => status === 'fulfilled').length;
      // 20 wait behind the first four; on a busy machine some of them may be too late for whoever asked.
      expect(answered).toBeLessThanOrEqual(24);
      expect(answered).toBeGreaterThanOrEqual(4);
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
        else expect(outcome.value).toEqual(byte);
    } finally {
      release();
      spy.mockRestore();
    }
  });

  it('returns an answer within the limit, with references to what is too large, whether it is in the journal or in MongoDB', async () => {
    const subject = aSubject();
    const steps = Array.from({ length: 41 }, (_, index) =>
      httpStep(`loop[${index}].call`, 'step_completed', text(index === 0 ? 4_000_000 : 200_000 + index)),
    );
    const parts = [[start(subject, text(3_000_000))], ...steps.map((step) => [step]), [completed(text(2_000_000))]];
    for (const part of parts) await append(history.bus, subject, part);
    expectBounded(await reads().get(idsOf(subject)), subject);
    await expectValues(subject);

    const recorded = aSubject();
    const received = parts.map((events, index) => ({
      payload: entry(recorded, index === 0 ? [start(recorded, text(3_000_000))] : events),
      sequence: index + 1,
      subject: 'journal',
      deliveryCount: 1,
      storedAt: 0,
    }));
    await history.app.get(ProjectionService).project(received, new AbortController());
    expectBounded(await reads().get(idsOf(recorded)), recorded);
    await expectValues(recorded);
  });
});
