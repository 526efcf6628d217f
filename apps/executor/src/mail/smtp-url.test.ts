import { checkMail, mailConfigShape } from './mail-config.js';
import { parseSmtpUrl } from './smtp-url.js';
import { z } from 'zod';

it.each([
  ['smtp://mail.example.com', { host: 'mail.example.com', port: 587, tls: 'starttls' }],
  ['smtp://127.0.0.1:2525/?tls=none', { host: '127.0.0.1', port: 2525, tls: 'none' }],
  ['smtps://a%40b.c:p%2Fw%25@[::1]', { host: '::1', port: 465, tls: 'implicit', user: 'a@b.c', password: 'p/w%' }],
])('reads %s', (text, account) => {
  expect(parseSmtpUrl(text)).toEqual(account);
});

it.each([
  'http://user:hunter2@example.com',
  'smtp://user:hunter2@',
  'smtp://user:hunter2@example.com/path',
  'smtp://user:hunter2@example.com?tls=maybe',
  'smtps://user:hunter2@example.com?tls=none',
  'smtp://user:hunter2@example.com?pool=1',
  'smtp://user:hun%ter2@example.com',
  'hunter2',
])('refuses %s without repeating it', (text) => {
  const settings = z.object(mailConfigShape).superRefine(checkMail);
  const { error } = settings.safeParse({ MILLRACE_SMTP_URL: text, MILLRACE_MAIL_FROM: 'a@example.com' });
  expect(error?.issues[0]?.path).toEqual(['MILLRACE_SMTP_URL']);
  expect(error?.message).not.toMatch(/hun(%t|t)er2/);
});

it('requires the address with the account, and the account with the address', () => {
  const settings = z.object(mailConfigShape).superRefine(checkMail);
  const issuesOf = (given: object) => settings.safeParse(given).error?.issues.map(({ path }) => path[0]);
  expect(issuesOf({})).toBeUndefined();
  expect(issuesOf({ MILLRACE_SMTP_URL: 'smtp://mail.example.com' })).toEqual(['MILLRACE_MAIL_FROM']);
  expect(issuesOf({ MILLRACE_MAIL_FROM: 'a@example.com' })).toEqual(['MILLRACE_SMTP_URL']);
});
