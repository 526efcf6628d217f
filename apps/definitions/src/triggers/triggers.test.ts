import { triggersOf } from './triggers.js';

describe('triggersOf', () => {
  it('reads both forms and survives others', () => {
    expect(triggersOf({ trigger: { type: 'webhook' } }, 'webhook')).toEqual([{ type: 'webhook' }]);
    const triggers = [{ type: 'webhook', config: 1 }, null, { type: 'email' }, { type: 'webhook' }];
    expect(triggersOf({ triggers }, 'webhook')).toEqual([{ type: 'webhook', config: 1 }, { type: 'webhook' }]);
    expect(triggersOf({ trigger: 'webhook' }, 'webhook')).toEqual([]);
  });
});
