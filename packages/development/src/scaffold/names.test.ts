import { serviceNames, typeNames } from './names.js';

it('spells a name as files, values, types and titles do', () => {
  expect(typeNames('send_sms')).toEqual({
    name: 'send_sms',
    kebab: 'send-sms',
    camel: 'sendSms',
    pascal: 'SendSms',
    title: 'Send sms',
  });
  expect(serviceNames('mail-reader')).toMatchObject({ kebab: 'mail-reader', camel: 'mailReader' });
});

it.each(['', 'Send', 'send-sms', 'send__sms', '_sms', '2fa', '../x', 'switch', 'a'.repeat(41)])(
  'refuses "%s" for a step type',
  (name) => {
    expect(() => typeNames(name)).toThrow('cannot be a name here');
  },
);
