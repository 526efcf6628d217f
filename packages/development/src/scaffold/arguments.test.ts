import { parseArguments } from './arguments.js';

describe('the arguments of npm run new', () => {
  it('name the part, its name and what it does', () => {
    expect(parseArguments(['step', 'send_sms', 'sends a text message.', '--client'])).toEqual({
      part: 'step',
      name: 'send_sms',
      description: 'Sends a text message',
      client: true,
    });
    expect(parseArguments(['service', 'mail-reader', 'Reads mails'])).toMatchObject({ part: 'service', client: false });
  });

  it.each([
    [[], 'One of: step, trigger, service'],
    [['page', 'x', 'Y'], 'One of: step, trigger, service'],
    [['step'], 'needs a name'],
    [['step', 'x'], 'needs a sentence'],
    [['step', 'x', "Does what's asked"], 'without quotation marks'],
    [['step', 'x', 'Sends', 'a', 'text'], 'put it in quotation marks'],
    [['service', 'x', 'Y', '--client'], '--client is for steps'],
    [['step', 'x', 'Y', '--server'], '--server'],
  ])('%j: refused with "%s"', (argv, message) => {
    expect(() => parseArguments(argv)).toThrow(message);
  });
});
