import { approvalEndpoints, DecideByLink, GetApprovalByLink, LIMITS, type ApprovalResource } from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { refuse, startGateway, type RunningGateway } from './gateway.fixture.js';

const APPROVAL = approvalEndpoints.get.answer.example as unknown as ApprovalResource;
const LINK = `/v1/approvals/${APPROVAL.id}/links/${'a'.repeat(32)}`;
const FORM = 'application/x-www-form-urlencoded';

let gateway: RunningGateway;
/** In the place of history, which is another process. */
let history: NatsBus;
let approval: ApprovalResource | null;
let decisions: Record<string, unknown>[];

beforeEach(async () => {
  gateway = await startGateway();
  history = await connectBus({ url: gateway.natsUrl, name: 'history', logger: silentLogger });
  [approval, decisions] = [APPROVAL, []];
  const linked = () => ({ organisation_id: 'org_a', approver: 'ada@example.com', approval });
  history.connection.subscribe(GetApprovalByLink.subject, {
    callback: (_, message) => {
      if (approval === null) refuse(message, 'APPROVAL_NOT_FOUND');
      else message.respond(JSON.stringify(linked()));
    },
  });
  history.connection.subscribe(DecideByLink.subject, {
    callback: (_, message) => {
      if (approval === null) return refuse(message, 'APPROVAL_NOT_FOUND');
      if (approval.status !== 'pending') return refuse(message, 'APPROVAL_DECIDED');
      const decision = message.json<Record<string, unknown>>();
      decisions.push(decision);
      const status = decision['approved'] === true ? 'approved' : 'rejected';
      approval = { ...APPROVAL, status };
      message.respond(JSON.stringify(linked()));
    },
  });
  await history.connection.flush();
});
afterEach(async () => {
  await history.close();
  await gateway.stop();
});

const call = (method = 'GET', body?: string, type = FORM, path = LINK): Promise<Response> =>
  fetch(gateway.url + path, { method, ...(body === undefined ? {} : { body, headers: { 'content-type': type } }) });

test('looking at a link decides nothing, and shows a page that nothing of it leaves', async () => {
  const shown = await call();
  expect(shown.status).toBe(200);
  expect(await shown.text()).toContain('Pay 812 €');
  expect(Object.fromEntries(shown.headers)).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': expect.stringContaining("default-src 'none'") as string,
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  await call('HEAD');
  expect(decisions).toEqual([]);
});

test('its buttons decide once, and the page says what holds after that', async () => {
  const decided = await call('POST', 'decision=approve&comment=a%0D%0Ab+%C3%BC');
  expect([decided.status, await decided.text()]).toEqual([200, expect.stringContaining('has been approved')]);
  expect(decisions).toMatchObject([{ approval_id: APPROVAL.id, approved: true, comment: 'a\nb ü' }]);
  const again = await call('POST', 'decision=reject');
  expect([again.status, await again.text()]).toEqual([409, expect.stringContaining('has been approved')]);
  expect(decisions).toHaveLength(1);
});

test('what does not come from the form, or is too much, decides nothing', async () => {
  const comment = 'x'.repeat(LIMITS.approvalCommentCharacters + 1);
  const refused: [number, string | undefined, string?][] = [
    [415, '{"decision":"approve"}', 'application/json'],
    [415, undefined],
    [400, 'decision=maybe'],
    [400, 'decision=approve&decision=reject'],
    [400, `decision=approve&comment=${comment}`],
    [413, `decision=approve&comment=${'x'.repeat(LIMITS.approvalBodyBytes)}`],
  ];
  for (const [status, body, type] of refused) expect((await call('POST', body, type)).status).toBe(status);
  expect(decisions).toEqual([]);
});

test('a link that is none has one page, for whatever is wrong with it', async () => {
  approval = null;
  const pages = [await call(), await call('POST', 'decision=approve')];
  expect(pages.map(({ status }) => status)).toEqual([404, 404]);
  const [shown, decided] = await Promise.all(pages.map((page) => page.text()));
  expect(shown).toBe(decided);
  expect(pages[0]?.headers.get('content-security-policy')).toContain("default-src 'none'");
});

test('calls count against the address that they come from, whatever they are', async () => {
  let last = 0;
  for (let calls = 0; calls <= LIMITS.approvalLinkCallsPerMinute; calls++) ({ status: last } = await call());
  expect(last).toBe(429);
  const refused = await call('POST', 'decision=approve');
  expect([refused.status, refused.headers.has('retry-after')]).toEqual([429, true]);
  expect(decisions).toEqual([]);
});

test('a browser is shown a page, whatever is wrong with a link', async () => {
  const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
  const damaged = [
    `/v1/approvals/${APPROVAL.id}/links/${'a'.repeat(31)}`,
    `/v1/approvals/${APPROVAL.id.slice(1)}/links/${'a'.repeat(32)}`,
    `/v1/approvals/${APPROVAL.id}/links/`,
    `/v1/approvals/${APPROVAL.id}/links`,
    `${LINK}/x`,
  ];
  for (const path of damaged) {
    const shown = await fetch(gateway.url + path, { headers: browser });
    expect([path, [404, 405].includes(shown.status), shown.headers.get('content-type')]).toEqual([
      path,
      true,
      'text/html; charset=utf-8',
    ]);
    expect(shown.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await shown.text()).toContain('not valid');
    // Programs get the same as ever.
    const told = await fetch(gateway.url + path);
    expect(told.headers.get('content-type')).toContain('application/json');
  }
  const headers = { ...browser, 'content-type': FORM };
  const refused = await fetch(gateway.url + LINK, { method: 'POST', headers, body: 'decision=maybe' });
  expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('<h1>This did not work</h1>')]);
  const other = await fetch(`${gateway.url}/v1/approvals/${APPROVAL.id.slice(1)}`, { headers: browser });
  expect(other.headers.get('content-type')).toContain('application/json');
});
