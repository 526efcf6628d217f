import { serverAddress } from './server-address.js';

describe('serverAddress', () => {
  it('takes credentials out of the address, where the client would not look for them', () => {
    expect(serverAddress('nats://me:p%40ss@127.0.0.1:4222')).toEqual({
      servers: ['127.0.0.1:4222'],
      user: 'me',
      pass: 'p@ss',
    });
    expect(serverAddress('nats://t0ken@nats.example')).toEqual({ servers: ['nats.example'], token: 't0ken' });
  });

  it('takes several servers, with the credentials of the first', () => {
    expect(serverAddress('nats://me:x@a:1, nats://b:2,c')).toEqual({
      servers: ['a:1', 'b:2', 'c'],
      user: 'me',
      pass: 'x',
    });
  });

  it('requires TLS by scheme', () => {
    expect(serverAddress('tls://nats.example:4222')).toEqual({ servers: ['nats.example:4222'], tls: {} });
  });

  it('names what is wrong without the password', () => {
    expect(() => serverAddress('nats://me:hunter2@a:b:c')).toThrow(/no address of a NATS server/);
    expect(() => serverAddress('nats://me:hunter2@a:b:c')).not.toThrow(/hunter2/);
  });
});
