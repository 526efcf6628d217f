import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { ApiClient } from './support/api.js';
import { inParallel } from './support/eventually.js';
import { githubDeliveries, type GithubDelivery, type GithubPayload } from './support/github-deliveries.js';
import { anOrganisation } from './support/organisations.js';

/* GitHub's payloads as it signs and repeats them. What each must become is worked out here, from the payload alone. */

const SECRET = randomBytes(20).toString('hex');
/** Of so many deliveries one comes twice, at the same time. */
const ONE_OF = 4;

const deliveries = githubDeliveries();

const document = {
  name: 'Every GitHub event',
  trigger: { type: 'webhook', config: { signature: { scheme: 'github', secret: '{{secrets.github}}' } } },
  steps: [
    {
      id: 'facts',
      type: 'transform',
      config: {
        output: {
          event: '{{trigger.headers["x-github-event"]}}',
          action: '{{input.action ?? null}}',
          title: '{{input.repository.full_name ?? "no repository"}} by {{input.sender.login ?? "nobody"}}',
        },
      },
    },
    {
      id: 'route',
      type: 'switch',
      config: {
        value: '{{facts.output.event}}',
        cases: [
          { equals: 'push', then: ['each_commit', 'push'] },
          { when: 'exists(input.issue) || exists(input.pull_request)', then: ['each_label', 'ticket'] },
        ],
        default: 'plain',
      },
    },
    {
      id: 'each_commit',
      type: 'loop',
      config: {
        items: '{{input.commits}}',
        steps: [
          {
            id: 'commit',
            type: 'transform',
            config: { output: '{{index}}:{{item.id.slice(0, 7)}} {{item.author.name}}: {{item.message.length}}' },
          },
        ],
      },
    },
    { id: 'push', type: 'transform', config: { output: { commits: '{{each_commit.output}}' } } },
    {
      id: 'each_label',
      type: 'loop',
      config: {
        items: '{{input.issue.labels ?? input.pull_request.labels ?? []}}',
        concurrency: 3,
        steps: [{ id: 'label', type: 'transform', config: { output: '{{item.name.toUpperCase()}}' } }],
      },
    },
    {
      id: 'ticket',
      type: 'transform',
      config: {
        output: { number: '{{input.issue.number ?? input.pull_request.number}}', labels: '{{each_label.output}}' },
      },
    },
    { id: 'plain', type: 'transform', config: { output: null } },
  ],
  output: {
    facts: '{{facts.output}}',
    branch: '{{route.output.branch}}',
    rest: '{{push.output ?? ticket.output ?? null}}',
  },
};

function expectedOutput(event: string, payload: GithubPayload): unknown {
  const facts = {
    event,
    action: payload.action ?? null,
    title: `${payload.repository?.full_name ?? 'no repository'} by ${payload.sender?.login ?? 'nobody'}`,
  };
  if (event === 'push') {
    const commits = (payload.commits ?? []).map(
      (commit, index) => `${index}:${commit.id.slice(0, 7)} ${commit.author.name}: ${commit.message.length}`,
    );
    return { facts, branch: '0', rest: { commits } };
  }
  const ticket = payload.issue ?? payload.pull_request;
  if (!ticket) return { facts, branch: 'default', rest: null };
  const labels = payload.issue?.labels ?? payload.pull_request?.labels ?? [];
  return {
    facts,
    branch: '1',
    rest: { number: ticket.number, labels: labels.map((label) => label.name.toUpperCase()) },
  };
}

describe('every payload of GitHub', () => {
  it('becomes an execution with exactly that input and the result that follows from it', async () => {
    // An organisation of its own: others have their part of the calls a minute.
    const api = new ApiClient((await anOrganisation()).token);
    await api.expect(200, 'PUT', '/secrets/github', { json: { value: SECRET } });
    const workflow = await api.create(document);
    const path = ApiClient.webhookPath(workflow);
    const accepted = await inParallel(deliveries, 6, async (delivery) => {
      const call = { raw: JSON.stringify(delivery.payload), headers: headersOf(delivery) };
      const deliver = () => api.expect<{ execution_id: string }>(202, 'POST', path, call);
      const answers = await Promise.all(isRepeated(delivery) ? [deliver(), deliver()] : [deliver()]);
      expect(new Set(answers.map((one) => one.execution_id)).size).toBe(1);
      return answers[0];
    });
    expect(new Set(accepted.map((one) => one.execution_id)).size).toBe(deliveries.length);

    const ends = await inParallel(accepted, 6, ({ execution_id }) => api.ended(execution_id));
    const wrong = ends.flatMap((execution, position) => {
      const { event, index, payload } = deliveries[position]!;
      const got = {
        status: execution.status,
        output: execution.output,
        error: execution.error,
        input: execution.input,
      };
      const wanted = { status: 'completed', output: expectedOutput(event, payload), error: null, input: payload };
      return sameJson(got, wanted)
        ? []
        : [{ event, index, got: { ...got, input: undefined }, wanted: { ...wanted, input: undefined } }];
    });
    expect(wrong).toEqual([]);
    // A data set that came apart would make the test above pass with nothing.
    expect(deliveries.length).toBeGreaterThan(300);
  });
});

const isRepeated = (delivery: GithubDelivery) => deliveries.indexOf(delivery) % ONE_OF === 0;

/** What GitHub sends beside the payload. */
function headersOf({ event, payload }: GithubDelivery): Record<string, string> {
  const signature = createHmac('sha256', SECRET).update(JSON.stringify(payload)).digest('hex');
  return {
    'content-type': 'application/json',
    'x-github-event': event,
    'x-github-delivery': randomUUID(),
    'x-hub-signature-256': `sha256=${signature}`,
  };
}

function sameJson(left: unknown, right: unknown): boolean {
  try {
    expect(left).toEqual(right);
    return true;
  } catch {
    return false;
  }
}
