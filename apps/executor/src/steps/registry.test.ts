import { EXECUTABLE_STEP_TYPES, marksOf, type ExecutableStepType, type StepReach } from '@millrace/schema';
import { reachesOutside, stepHandlers, type HandlerNeeds } from './registry.js';
import type { StepHandler } from './step-handler.js';

/** Something for every handler that needs anything; none of them is called. */
const ALL_NEEDS = new Proxy({}, { get: () => ({}) }) as HandlerNeeds;

type SomeHandler = { [T in ExecutableStepType]: StepHandler<T> }[ExecutableStepType];

function doneBy(handler: SomeHandler): { reaches: StepReach; holdsSteps: boolean } {
  const holdsSteps = handler.kind === 'container';
  switch (handler.kind) {
    case 'effect':
      return { reaches: handler.reachesOutside === false ? 'nothing' : 'outside', holdsSteps };
    case 'child':
      return { reaches: 'executions', holdsSteps };
    case 'wait':
      return { reaches: handler.announce === undefined ? 'nothing' : 'people', holdsSteps };
    case 'pure':
    case 'container':
      return { reaches: 'nothing', holdsSteps };
  }
}

describe('the registry', () => {
  it('has a line for every step type that saving a workflow does not warn of, and no other', () => {
    expect(Object.keys(stepHandlers({})).sort()).toEqual([...EXECUTABLE_STEP_TYPES].sort());
  });

  it('has handlers that do what the definitions say: hold steps, start executions, ask people, reach outside', () => {
    const handlers = stepHandlers(ALL_NEEDS);
    const ofHandlers = EXECUTABLE_STEP_TYPES.map((type) => ({ type, ...doneBy(handlers[type]) }));
    const ofDefinitions = EXECUTABLE_STEP_TYPES.map((type) => {
      const { reaches, holdsSteps } = marksOf(type);
      return { type, reaches, holdsSteps };
    });
    expect(ofHandlers).toEqual(ofDefinitions);
  });

  it('knows which steps may have had an effect outside once they have begun', () => {
    const handlers = stepHandlers(ALL_NEEDS);
    const reaching = EXECUTABLE_STEP_TYPES.filter((type) => reachesOutside(handlers, type));
    expect(reaching).toEqual(expect.arrayContaining(['ai_completion', 'email', 'http']));
    for (const inside of ['code', 'transform', 'loop', 'wait', 'respond'] as const)
      expect(reaching).not.toContain(inside);
    // Begun by an executor that knows it.
    expect(reachesOutside(handlers, 'of_a_later_version')).toBe(true);
    expect(reachesOutside(stepHandlers({}), 'code')).toBe(true);
  });
});
