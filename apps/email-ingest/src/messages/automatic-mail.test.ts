import { HEADERS } from '../imap/fetched-heads.js';
import { headerFields } from '../imap/header-fields.js';
import { automaticKind } from './automatic-mail.js';

const kindOf = (header: string, from = 'ada@example.com') => automaticKind(headerFields(Buffer.from(header)), from);

it.each([
  ['Content-Type: multipart/report;\r\n report-type=delivery-status', 'bounce'],
  ['Content-Type: multipart/report; report-type=feedback-report', 'complaint'],
  ['Content-Type: multipart/report; report-type=disposition-notification', 'receipt'],
  ['Return-Path: <>', 'bounce'],
  ['Return-Path: < >', 'bounce'],
  ['Return-Path:', 'bounce'],
  ['X-Failed-Recipients: a@example.com', 'bounce'],
  ['Auto-Submitted: auto-replied (vacation)', 'auto_reply'],
  ['Auto-Submitted: auto-generated', 'auto_reply'],
  ['Precedence: auto_reply', 'auto_reply'],
  ['X-Autoreply: yes', 'auto_reply'],
  ['X-Autorespond: Away', 'auto_reply'],
  ['Precedence: bulk', 'list'],
  ['Precedence: list', 'list'],
  ['Precedence: Junk', 'list'],
  ['Feedback-ID: campaign:sender', 'list'],
  ['List-Id: <news.example.com>', 'list'],
  ['List-Unsubscribe: <mailto:a@example.com>', 'list'],
  ['Precedence: list\r\nList-Id: <group.example.com>', 'list'],
  ['Precedence: list\r\nList-Id: <group.example.com>\r\nAuto-Submitted: auto-replied', 'auto_reply'],
  ['Precedence: list\r\nList-Id: <group.example.com>\r\nReturn-Path: <>', 'bounce'],
  ['X-Workflow-Run: exec_1', 'loop'],
  ['X-Workflow-Run: exec_1\r\nList-Id: <group.example.com>', 'loop'],
])('%j makes a message a %s', (header, kind) => {
  expect(kindOf(header)).toBe(kind);
  // A server sends no other fields than it is asked for.
  expect(HEADERS).toEqual(expect.arrayContaining([...headerFields(Buffer.from(header)).keys()]));
});

it('takes what people write for what it is', () => {
  expect(kindOf('Auto-Submitted: no\r\nReturn-Path: <ada@example.com>\r\nContent-Type: text/plain')).toBeNull();
  expect(kindOf('Auto-Submitted: no; as RFC 3834 has it')).toBeNull();
  expect(kindOf('')).toBeNull();
  for (const from of ['MAILER-DAEMON@example.com', 'postmaster@example.com']) expect(kindOf('', from)).toBe('bounce');
  expect(kindOf('', 'postmaster.ada@example.com')).toBeNull();
});
