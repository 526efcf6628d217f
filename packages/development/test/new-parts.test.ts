import { join } from 'node:path';
import { ENDPOINTS } from '@millrace/contracts';
import { newService } from '../src/scaffold/service.js';
import { newStep } from '../src/scaffold/step.js';
import { newTrigger } from '../src/scaffold/trigger.js';
import { filesOf, sources } from './endpoint-files.js';
import { decidingFiles, triggerLists } from './trigger-files.js';
import { questionFiles } from './question-files.js';

const root = join(__dirname, '../../..');
const description = 'Does something new';

/** What services other than the gateway may ask; the second for what all of them may. */
const RIGHTS = ['packages/messaging/src/permissions.ts', 'packages/messaging/src/service-access.ts'];

describe('the files that a new part touches', () => {
  it('of a pure step: four of code, its test, its page and the one about workflows', () => {
    expect(newStep(root, { name: 'pick_one', description, client: false }).paths).toEqual([
      'packages/schema/src/steps/pick-one.ts',
      'apps/executor/src/steps/pick-one.step.ts',
      'apps/executor/src/steps/pick-one.step.test.ts',
      'packages/schema/src/step-schemas.ts',
      'apps/executor/src/steps/registry.ts',
      'docs/steps/pick_one.md',
      'docs/workflows.md',
    ]);
  });

  it('of a step with a client: the module that hands it its client as well', () => {
    const pure = newStep(root, { name: 'send_sms', description, client: false }).paths;
    const withClient = newStep(root, { name: 'send_sms', description, client: true }).paths;
    expect(withClient.filter((path) => !pure.includes(path))).toEqual(['apps/executor/src/app.module.ts']);
  });

  it('of a trigger: four of code, its test and the page about workflows', () => {
    expect(newTrigger(root, { name: 'message', description }).paths).toEqual([
      'packages/schema/src/triggers/message.ts',
      'apps/definitions/src/triggers/message.trigger.ts',
      'apps/definitions/src/triggers/message.trigger.test.ts',
      'packages/schema/src/trigger-schemas.ts',
      'apps/definitions/src/triggers/registry.ts',
      'docs/workflows.md',
    ]);
  });

  it('of a trigger that is served: no list but these, as no other file names more than one of them', () => {
    expect(triggerLists).toEqual([
      'apps/definitions/src/triggers/registry.ts',
      'apps/gateway/src/triggers/trigger-states.ts',
      // What it publishes, and what lists say of it, if it does.
      'packages/contracts/src/http/triggers.ts',
      'packages/contracts/src/messages.ts',
      // What its executions read.
      'packages/contracts/src/messages/triggers.ts',
      'packages/contracts/src/trigger-snapshots.ts',
      // The line of its service.
      'packages/messaging/src/service-access.ts',
      'packages/schema/src/trigger-schemas.ts',
    ]);
  });

  it('of a trigger that is served: nothing else decides by its name', () => {
    expect(decidingFiles).toEqual([]);
  });

  it('of a service: its folder, and one line about its rights', () => {
    const { paths } = newService(root, { name: 'mail-reader', description });
    expect(paths.filter((path) => !path.startsWith('apps/mail-reader/'))).toEqual([
      'packages/messaging/src/service-access.ts',
    ]);
    expect(paths).toContain('apps/mail-reader/test/mail-reader.int.test.ts');
  });

  // No program begins an endpoint: what is counted are the files that those have which are there.
  it('of an endpoint: its declaration and its controller, beside the file of its body and a call in the tests', () => {
    expect(ENDPOINTS.length).toBeGreaterThan(100);
    const others = ENDPOINTS.map(({ id }) => ({ id, files: filesOf(id) })).filter(({ files }) => {
      const [declaration = '', controller = '', ...more] = files;
      return !/-endpoints\.ts$/.test(declaration) || !/\.controller\.ts$/.test(controller) || more.length > 0;
    });
    expect(others).toEqual([]);
  });

  it('of an endpoint: no list, as no file but these names more than two of them', () => {
    const own = new Set(ENDPOINTS.flatMap(({ id }) => filesOf(id)));
    const lists = sources
      .filter(({ path, names }) => !own.has(path) && names.size > 2)
      .map(({ path, names }) => ({ path, names: [...names] }));
    expect(lists).toEqual([]);
  });

  it('of the question that an endpoint asks: its definition, the list of messages and the controller that replies', () => {
    expect(questionFiles.length).toBeGreaterThan(100);
    const others = questionFiles.filter(
      ({ defines: [definition = '', ...more], replies: [reply = '', ...further] }) => {
        const isDefined = definition.startsWith('packages/contracts/src/messages/') && more.length === 0;
        return !isDefined || !/^apps\/.+\.controller\.ts$/.test(reply) || further.length > 0;
      },
    );
    expect(others).toEqual([]);
    const lists = new Set(questionFiles.flatMap((question) => question.lists));
    expect([...lists].sort()).toEqual(['packages/contracts/src/messages.ts', ...RIGHTS]);
  });

  it('of the question that a service asks: its rights too, and no question of the gateway is in those', () => {
    const named = questionFiles.filter(({ lists }) => lists.some((path) => RIGHTS.includes(path)));
    const asksAlone = named.filter(({ uses }) => uses.every((path) => path.startsWith('apps/gateway/')));
    expect(asksAlone.map(({ name }) => name)).toEqual([]);
  });
});

it('makes nothing that is there already', () => {
  expect(() => newStep(root, { name: 'http', description, client: true })).toThrow('exists already');
  expect(() => newService(root, { name: 'gateway', description })).toThrow('exists already');
});
