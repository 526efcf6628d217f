import dns from 'node:dns';
import { AllowList } from './allow-list.js';
import { guardedAddresses } from './guarded-addresses.js';

const nobody = AllowList.parse('');
const resolvesTo =
  (...addresses: string[]) =>
  (_: string, callback: (error: null, found: { address: string; family: number }[]) => void) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );

it('gives the addresses of a public host, those of IPv4 first', async () => {
  const resolve = resolvesTo('2606:4700::1', '93.184.216.34');
  expect(await guardedAddresses('mail.example.com', { allowed: nobody, owner: '', resolve })).toEqual([
    '93.184.216.34',
    '2606:4700::1',
  ]);
});

it.each([['10.0.0.1'], ['127.0.0.1'], ['169.254.169.254'], ['::1'], ['::ffff:10.0.0.1']])(
  'refuses a host of which one address is %s, and the address itself',
  async (address) => {
    const refused = { code: 'HTTP_ADDRESS_BLOCKED' };
    const resolve = resolvesTo('93.184.216.34', address);
    await expect(guardedAddresses('mail.example.com', { allowed: nobody, owner: '', resolve })).rejects.toMatchObject(
      refused,
    );
    await expect(guardedAddresses(address, { allowed: nobody, owner: '' })).rejects.toMatchObject(refused);
  },
);

it('lets a host through that the installation allows', async () => {
  expect(await guardedAddresses('127.0.0.1', { allowed: AllowList.parse('127.0.0.1'), owner: '' })).toEqual([
    '127.0.0.1',
  ]);
});

it('are looked up by the threads of the system for hosts alone that the operator names: they are few', async () => {
  const bySystem = jest.spyOn(dns, 'lookup');
  try {
    await guardedAddresses('name.invalid', { allowed: AllowList.parse('*.invalid'), owner: '' }).catch(() => undefined);
    expect(bySystem).not.toHaveBeenCalled();
    await guardedAddresses('name.invalid', { allowed: AllowList.parse('name.invalid'), owner: '' }).catch(
      () => undefined,
    );
    expect(bySystem).toHaveBeenCalledTimes(1);
  } finally {
    bySystem.mockRestore();
  }
}, 60_000);
