import { addressesMeantBy, comparableAddress, isMeantBy, mailboxReceives } from './mail-address.js';

describe('isMeantBy', () => {
  it('compares in any case, and takes a part behind a plus for the same address', () => {
    expect(isMeantBy('Support@Example.com', 'support@example.com')).toBe(true);
    expect(isMeantBy('support+orders@example.com', 'support@example.com')).toBe(true);
    expect(isMeantBy('support+Orders@example.com', 'support+orders@example.com')).toBe(true);
  });

  it('takes nothing else', () => {
    expect(isMeantBy('support@example.com', 'support+orders@example.com')).toBe(false);
    expect(isMeantBy('support+a@example.com', 'support+b@example.com')).toBe(false);
    expect(isMeantBy('support@mail.example.com', 'support@example.com')).toBe(false);
    expect(isMeantBy('+orders@example.com', '@example.com')).toBe(false);
    expect(isMeantBy('nothing', 'support@example.com')).toBe(false);
  });
});

it('says of a recipient by which addresses it is found', () => {
  expect(addressesMeantBy('Support+Orders@Example.com')).toEqual(['support+orders@example.com', 'support@example.com']);
  expect(addressesMeantBy('+orders@example.com')).toEqual(['+orders@example.com']);
  expect(comparableAddress(' Support@Example.com')).toBe('support@example.com');
});

describe('mailboxReceives', () => {
  it('is true for its own address, and for all of a domain', () => {
    expect(mailboxReceives('support@example.com', 'support+a@example.com')).toBe(true);
    expect(mailboxReceives('support@example.com', 'sales@example.com')).toBe(false);
    expect(mailboxReceives('*@example.com', 'sales@EXAMPLE.com')).toBe(true);
    expect(mailboxReceives('*@example.com', 'sales@example.org')).toBe(false);
  });
});
