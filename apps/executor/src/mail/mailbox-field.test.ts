import { aScope, options } from '../../test/support/scope.js';
import { mailboxField, splitAtCommas } from './mailbox-field.js';

const input = {
  one: 'ada@example.com',
  two: 'ada@example.com, evil@example.org',
  name: 'evil@example.org, x',
  list: ['ada@example.com', 'Grace <grace@example.com>', '', null],
  nested: [['ada@example.com']],
  none: null,
  empty: ' ',
  number: 5,
};

const addresses = (config: string | string[]): string[] =>
  mailboxField(config, 'to')(aScope({ input }), options).map(({ address }) => address);

describe('a field with mailboxes', () => {
  it('is separated at the commas that the workflow has, outside of quotes and expressions', () => {
    expect(splitAtCommas('a, "b, c" <d>, {{ f("x, }}", y) }}, ,e')).toEqual([
      'a',
      '"b, c" <d>',
      '{{ f("x, }}", y) }}',
      'e',
    ]);
    expect(addresses('grace@example.com, {{input.one}}')).toEqual(['grace@example.com', 'ada@example.com']);
  });

  it('takes arrays, and leaves out what is empty', () => {
    expect(addresses('{{input.list}}')).toEqual(['ada@example.com', 'grace@example.com']);
    expect(addresses(['{{input.list}}', 'x@example.com', '{{input.none}}', '{{input.empty}}'])).toHaveLength(3);
  });

  it('gets no further recipient by the value of an expression', () => {
    expect(() => addresses('{{input.two}}')).toThrow(
      'config.to: "ada@example.com, evil@example.org" is not one address; give several as an array',
    );
    expect(addresses('{{input.name}} <{{input.one}}>')).toEqual(['ada@example.com']);
    expect(addresses('{{input.two.split(", ")}}')).toHaveLength(2);
  });

  it.each(['{{input.number}}', '{{input.nested}}'])('refuses what is no text: %s', (config) => {
    expect(() => addresses(config)).toThrow(/^config\.to must be an address or an array of addresses, but got/);
  });
});
