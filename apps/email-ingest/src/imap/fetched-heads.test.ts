import { headsOf } from './fetched-heads.js';

const full = {
  uid: 17,
  size: 100,
  envelope: { subject: 'Order', to: [{ address: 'ada@example.com' }] },
  headers: Buffer.from('Delivered-To: <alias@example.com>\r\n\r\n'),
};

it('keeps what is known of a message when a later row has its flags only', () => {
  const heads = headsOf([17], [full, { uid: 17, flags: new Set(['\\Seen']), size: undefined }]);
  expect(heads.get(17)).toMatchObject({ size: 100, recipients: ['ada@example.com', 'alias@example.com'] });
});

it('puts a message together that came in several rows', () => {
  const { envelope, ...rest } = full;
  expect(headsOf([17], [{ uid: 17, envelope }, rest]).get(17)?.subject).toBe('Order');
});

it('has nothing of a message that came in part, nor of one that nobody asked for', () => {
  expect(headsOf([17, 18], [{ uid: 17, flags: new Set() }, full, { ...full, uid: 19 }]).size).toBe(1);
  for (const member of ['size', 'envelope', 'headers'])
    expect(headsOf([17], [{ ...full, [member]: undefined }]).size).toBe(0);
});
