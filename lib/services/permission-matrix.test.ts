// Every service × every role, against the table in domain/access.ts. A service that is not listed here fails the test,
// so that none is added without its line. Real database, real keys, the simulator as Akamai.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ACCOUNT_RIGHTS, type AccessLevel, can, type Right, ROLES } from '@/lib/domain/access';
import { parseAuditQuery } from '@/lib/domain/audit-query';
import { DEFAULT_RULES, type RulesInput } from '@/lib/domain/findings';
import type { Result } from '@/lib/domain/problem';
import { makeBundle } from '@/simulator/bundle';
import { edgercOf } from '@/simulator/edgerc';
import { type Simulator, startSimulator } from '@/simulator/server';
import type { SeenDate } from './due-answers';
import type { Actor } from './session';

const folder = mkdtempSync(join(tmpdir(), 'token-desk-matrix-'));
const levels: readonly AccessLevel[] = ['guest', ...ROLES];
const actors = new Map<AccessLevel, Actor>();
let simulator: Simulator;

before(async () => {
  simulator = await startSimulator({ activationMs: 0 });
  const edgerc = join(folder, 'edgerc');
  writeFileSync(edgerc, edgercOf(simulator), { mode: 0o600 });
  Object.assign(process.env, {
    DATA_DIR: join(folder, 'data'),
    ALLOW_UPLOADS: 'true',
    PUBLIC_URL: 'http://localhost:3000',
    EDGERC: edgerc,
    AKAMAI_ORIGIN: simulator.url,
    NOTICE_ALLOW_PRIVATE: 'true',
    LOG_LEVEL: 'fatal',
  });
  const { createKey } = await import('./keys');
  const { operatorActor, requestActor } = await import('./session');
  const actorOf = async (headers: Record<string, string>) => {
    const actor = await requestActor(new Request('http://localhost:3000/', { headers }));
    assert.ok(actor.ok);
    return actor.value;
  };
  actors.set('guest', await actorOf({}));
  for (const role of ROLES) {
    const made = await createKey(operatorActor(), `matrix-${role}`, role);
    assert.ok(made.ok);
    actors.set(role, await actorOf({ authorization: `Bearer ${made.value.key}` }));
  }
});

after(async () => {
  await simulator.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Somebody to be changed, made when first needed. */
const people = new Map<string, Promise<string>>();
function somebody(name: string): Promise<string> {
  const made = people.get(name) ?? addSomebody(name);
  people.set(name, made);
  return made;
}
async function addSomebody(name: string): Promise<string> {
  const { addPerson } = await import('./people');
  const { operatorActor } = await import('./session');
  const added = await addPerson(operatorActor(), `${name}@example.com`, 'a long password', 'viewer');
  assert.ok(added.ok);
  return added.value.id;
}

async function openSession(userId: string): Promise<string> {
  const { database } = await import('@/lib/store/database');
  const [id, at] = [crypto.randomUUID(), new Date().toISOString()];
  const expiresAt = new Date(Date.now() + 60_000).toISOString();
  const rest = { token: id, createdAt: at, updatedAt: at, ipAddress: null, userAgent: null };
  await database()
    .query.insertInto('session')
    .values({ id, userId, expiresAt, ...rest })
    .execute();
  return id;
}

/** Port 9 discards; nobody listens there. */
const channel = (name: string) => ({
  name,
  target: 'https://127.0.0.1:9/',
  kinds: ['expiry'],
  accounts: [],
  owner: 'nobody',
  when: 'now',
});
const feed = { name: 'matrix', account: 'default', kinds: ['expiry'] };

/** A new channel; its id. */
async function someChannel(): Promise<string> {
  const { addChannel, readNoticeSettings } = await import('./notice-channels');
  const { operatorActor } = await import('./session');
  const name = crypto.randomUUID();
  assert.ok((await addChannel(operatorActor(), 'slack', channel(name))).ok);
  const settings = await readNoticeSettings(operatorActor());
  return (settings.ok ? settings.value.channels.find((one) => one.name === name)?.id : undefined) ?? '';
}

/** A date of the account, as a form sends it; looked up once, so that nobody else's call asks Akamai. */
let date: Promise<SeenDate> | null = null;
function someDate(): Promise<SeenDate> {
  date ??= findDate();
  return date;
}
async function findDate(): Promise<SeenDate> {
  const { readDue } = await import('./due');
  const { operatorActor } = await import('./session');
  const due = await readDue(operatorActor(), 'default');
  const item = due.ok
    ? due.value.items.find(({ kind, token }) => kind === 'refresh' && token.name === 'cart-reader')
    : undefined;
  assert.ok(item);
  return { name: item.token.name, uuid: item.token.uuid, kind: item.kind, day: item.day };
}
const acknowledged = { state: 'acknowledged', reason: 'known', until: '', otherDay: '' };

const noLimits = { namespaces: '', stagingOnly: false };

type Run = (actor: Actor) => Promise<Result<unknown>>;
type Line = { right: Right; run: Run };

const bundle = makeBundle({ name: 'matrix', version: '1.0.0', tokens: [], style: 'no-file' });
const upload = { name: 'm.tgz', bytes: bundle, options: { overwrite: false }, edgeWorker: null };
const request = (name: string) => ({
  name,
  allowOnStaging: true,
  allowOnProduction: false,
  namespacePermissions: { cart: ['r' as const] },
  restrictToEdgeWorkerIds: ['4101'],
});
const unique = () => crypto.randomUUID();
const bareToken = {
  name: 'cart-reader',
  uuid: 'u',
  expiry: null,
  issued: null,
  latestRefresh: null,
  nextRefresh: null,
  activation: null,
  details: null,
};
const rulesInput = (days: string): RulesInput => ({
  'used-expired': { isOn: true, days: null },
  'edgeworker-not-allowed': { isOn: true, days: null },
  'activation-error': { isOn: true, days: null },
  'namespace-gone': { isOn: true, days: null },
  'namespace-absent': { isOn: true, days: null },
  'all-edgeworkers': { isOn: true, days: null },
  'delete-right': { isOn: true, days: null },
  'default-namespace': { isOn: true, days: null },
  'edgeworkers-unused': { isOn: true, days: null },
  legacy: { isOn: false, days: null },
  unused: { isOn: true, days: null },
  old: { isOn: true, days },
  'no-owner': { isOn: true, days: null },
});

let lookedAt: Promise<unknown> | null = null;

/** A version that is live by what was looked at, once for all. */
async function liveVersion(): Promise<[{ edgeWorker: string; base: string; version: string }]> {
  lookedAt ??= lookAtLive();
  await lookedAt;
  return [{ edgeWorker: '4105', base: '1.2.0', version: '1.2.9' }];
}

async function lookAtLive(): Promise<void> {
  const connection = await (await import('./connection')).connect('default');
  const store = await import('@/lib/store/usage');
  if (!connection.ok) return;
  const { id } = connection.value.client;
  store.beginScan(id, 'default');
  store.putEdgeWorkers(id, [{ id: '4105', name: 'mini-cart' }]);
  store.endScan(id);
  await (await import('./live-versions')).rescan(connection.value, ['4105']);
}

async function begunDeployment(actor: Actor) {
  const { beginDeployment } = await import('./deployments');
  const exchange = { token: 'cart-reader', replaces: null };
  return beginDeployment(actor, 'default', exchange, await liveVersion(), unique());
}

/** A deployment whose upload has come so far. */
async function deploymentOf(state: 'waiting' | 'done' | 'failed'): Promise<string> {
  const { insertDeployment, settleStep, takeStep } = await import('@/lib/store/deployments');
  const id = unique();
  const actor = { actor_kind: 'operator', actor_id: 'operator', actor_name: 'operator' };
  const edgeWorker = { id: '4105', name: 'mini-cart' };
  insertDeployment({ id, attempt: id, account: 'default', token: 'cart-reader', replaces: null, ...actor }, [
    { edgeWorker, base: '1.2.0', networks: ['staging'], version: '1.2.9' },
  ]);
  const step = { deployment_id: id, position: 0, kind: 'upload' as const };
  if (state !== 'waiting' && takeStep(step)) settleStep(step, { state });
  return id;
}

/** Begins a run of a token of its own; nothing of it is sent, as no worker runs here. */
async function begunRun(actor: Actor) {
  return (await import('./bulk')).beginRun(actor, 'default', [`nobody-${unique()}`], unique());
}

/** A run that the actor began, or the operator where the actor may not. */
async function runOf(actor: Actor): Promise<string> {
  const { operatorActor } = await import('./session');
  const own = await begunRun(actor);
  const run = own.ok ? own : await begunRun(operatorActor());
  assert.ok(run.ok);
  return run.value.id;
}

/** Each service with the right that it needs, and a call of it. */
const SERVICES: Readonly<Record<string, Line>> = {
  'accounts.listAccounts': {
    right: 'account.list',
    run: async (actor) => (await import('./accounts')).listAccounts(actor),
  },
  'accounts.readAccount': {
    right: 'account.list',
    run: async (actor) => (await import('./accounts')).readAccount(actor, 'default'),
  },
  'accounts.readCliAccount': {
    right: 'account.list',
    run: async (actor) => (await import('./accounts')).readCliAccount(actor, 'default'),
  },
  'accounts.changeAccountLook': {
    right: 'account.change',
    run: async (actor) =>
      (await import('./accounts')).changeAccountLook(actor, 'default', { name: '', colour: '' }),
  },
  'accounts.accountOrFirst': {
    right: 'account.list',
    run: async (actor) => (await import('./accounts')).accountOrFirst(actor, null),
  },
  'audit-log.searchAudit': {
    right: 'audit.read',
    run: async (actor) => (await import('./audit-log')).searchAudit(actor, parseAuditQuery({})),
  },
  'audit-log.readAct': {
    right: 'audit.read',
    run: async (actor) => (await import('./audit-log')).readAct(actor, 1),
  },
  'audit-log.checkAudit': {
    right: 'audit.read',
    run: async (actor) => (await import('./audit-log')).checkAudit(actor, 'whole'),
  },
  'audit-log.exportAudit': {
    right: 'audit.read',
    run: async (actor) => (await import('./audit-log')).exportAudit(actor, parseAuditQuery({}), 'csv'),
  },
  'bulk.beginRun': { right: 'token.refresh', run: async (actor) => begunRun(actor) },
  'bulk.retryRun': {
    right: 'token.refresh',
    run: async (actor) => {
      const { cancelRun, retryRun } = await import('./bulk');
      const id = await runOf(actor);
      if (can(actor.level, 'token.refresh')) await cancelRun(actor, 'default', id);
      return retryRun(actor, 'default', id, unique());
    },
  },
  'bulk.cancelRun': {
    right: 'token.refresh',
    run: async (actor) => (await import('./bulk')).cancelRun(actor, 'default', await runOf(actor)),
  },
  'bulk.readRun': {
    right: 'token.read',
    run: async (actor) => {
      const { operatorActor } = await import('./session');
      return (await import('./bulk')).readRun(actor, 'default', await runOf(operatorActor()));
    },
  },
  'bulk.listRuns': {
    right: 'token.list',
    run: async (actor) => (await import('./bulk')).listRuns(actor, 'default'),
  },
  'usage.readUsage': {
    right: 'usage.read',
    run: async (actor) => (await import('./usage')).readUsage(actor, 'default'),
  },
  'usage.scanUsage': {
    right: 'usage.scan',
    run: async (actor) => {
      const { cancelScan, scanUsage } = await import('./usage');
      const begun = await scanUsage(actor, 'default');
      if (begun.ok) await cancelScan(actor, 'default');
      return begun;
    },
  },
  'usage.cancelScan': {
    right: 'usage.scan',
    run: async (actor) => {
      const connection = await (await import('./connection')).connect('default');
      // As one that a killed server began: nothing is read for it.
      if (connection.ok) (await import('@/lib/store/usage')).beginScan(connection.value.client.id, 'default');
      return (await import('./usage')).cancelScan(actor, 'default');
    },
  },
  'deployment-preview.previewDeployment': {
    right: 'bundle.patch',
    run: async (actor) => {
      const { previewDeployment } = await import('./deployment-preview');
      return previewDeployment(
        actor,
        'default',
        { token: 'cart-reader', replaces: null },
        await liveVersion(),
      );
    },
  },
  'deployment-preview.liveVersions': {
    right: 'bundle.patch',
    run: async (actor) => {
      const { liveVersions } = await import('./deployment-preview');
      return liveVersions(actor, 'default', 'bundle.patch', await liveVersion());
    },
  },
  'deployment-preview.patchLiveVersion': {
    right: 'bundle.patch',
    run: async (actor) => {
      const { patchLiveVersion } = await import('./deployment-preview');
      const [live] = await liveVersion();
      return patchLiveVersion(actor, 'default', { token: 'cart-reader', replaces: null }, live);
    },
  },
  'deployments.beginDeployment': {
    right: 'edgeworker.deploy',
    run: async (actor) => begunDeployment(actor),
  },
  'deployments.activateUploaded': {
    right: 'edgeworker.deploy',
    run: async (actor) => {
      const { activateUploaded } = await import('./deployments');
      return activateUploaded(actor, 'default', await deploymentOf('done'), { network: 'staging', note: '' });
    },
  },
  'deployments.retryUpload': {
    right: 'edgeworker.deploy',
    run: async (actor) => {
      const { retryUpload } = await import('./deployments');
      return retryUpload(actor, 'default', await deploymentOf('failed'), { position: 0, version: '1.2.7' });
    },
  },
  'deployments.cancelDeployment': {
    right: 'edgeworker.deploy',
    run: async (actor) => {
      const { cancelDeployment } = await import('./deployments');
      return cancelDeployment(actor, 'default', await deploymentOf('waiting'));
    },
  },
  'deployments.readDeployment': {
    right: 'usage.read',
    run: async (actor) => {
      const { readDeployment } = await import('./deployments');
      return readDeployment(actor, 'default', await deploymentOf('waiting'));
    },
  },
  'deployments.listDeployments': {
    right: 'usage.read',
    run: async (actor) => (await import('./deployments')).listDeployments(actor, 'default'),
  },
  'bulk.listOpenRuns': {
    right: 'token.list',
    run: async (actor) => (await import('./bulk')).listOpenRuns(actor, 'default'),
  },
  'bundles.patchBundle': {
    right: 'bundle.patch',
    run: async (actor) => (await import('./bundles')).patchBundle(actor, 'default', ['cart-reader'], upload),
  },
  'bundles.patchBundles': {
    right: 'bundle.patch',
    run: async (actor) =>
      (await import('./bundles')).patchBundles(actor, 'default', ['cart-reader'], [upload, upload]),
  },
  'bundles.retrieve': {
    right: 'bundle.patch',
    run: async (actor) =>
      (await import('./bundles')).retrieve(actor, 'default', 'bundle.patch', ['cart-reader']),
  },
  'bundle-inspection.inspectBundle': {
    right: 'bundle.inspect',
    run: async (actor) =>
      (await import('./bundle-inspection')).inspectBundle(actor, bundle, {
        account: 'default',
        tokens: [],
        options: { overwrite: false },
        edgeWorker: null,
        validate: false,
      }),
  },
  'bundles.takeEntries': {
    right: 'bundle.patch',
    run: async (actor) =>
      (await import('./bundles')).takeEntries(actor, 'default', 'bundle.patch', ['cart-reader']),
  },
  'bundles.writeTokensFile': {
    right: 'token.retrieve',
    run: async (actor) =>
      (await import('./bundles')).writeTokensFile(actor, 'default', null, {
        tokens: ['cart-reader'],
        overwrite: false,
      }),
  },
  'doctor.readConnections': {
    right: 'account.list',
    run: async (actor) => (await import('./doctor')).readConnections(actor),
  },
  'doctor.checkConnections': {
    right: 'account.list',
    run: async (actor) => (await import('./doctor')).checkConnections(actor),
  },
  'doctor.checkConnection': {
    right: 'connection.check',
    run: async (actor) => (await import('./doctor')).checkConnection(actor, 'default'),
  },
  'due.readDue': {
    right: 'token.list',
    run: async (actor) => (await import('./due')).readDue(actor, 'default'),
  },
  'due.readAllDue': {
    right: 'account.list',
    run: async (actor) => (await import('./due')).readAllDue(actor),
  },
  'due-answers.readAnswers': {
    right: 'token.list',
    run: async (actor) => (await import('./due-answers')).readAnswers(actor, 'default'),
  },
  'due-answers.answerDue': {
    right: 'note.change',
    run: async (actor) =>
      (await import('./due-answers')).answerDue(actor, 'default', await someDate(), acknowledged),
  },
  'due-answers.showDueAgain': {
    right: 'note.change',
    run: async (actor) => {
      const { answerDue, showDueAgain } = await import('./due-answers');
      const { operatorActor } = await import('./session');
      await answerDue(operatorActor(), 'default', await someDate(), acknowledged);
      return showDueAgain(actor, 'default', await someDate());
    },
  },
  'due-answers.reviewToken': {
    right: 'note.change',
    run: async (actor) => {
      const { addDays } = await import('@/lib/domain/day');
      const { today } = await import('./surroundings');
      const input = { remark: '', until: addDays(today(), 90), otherDay: '' };
      return (await import('./due-answers')).reviewToken(actor, 'default', await someDate(), input);
    },
  },
  'due.readFindings': {
    right: 'token.read',
    run: async (actor) => (await import('./due')).readFindings(actor, 'default', bareToken),
  },
  'due-rules.readFindingRules': {
    right: 'rules.read',
    run: async (actor) => (await import('./due-rules')).readFindingRules(actor),
  },
  'due-rules.previewFindingRules': {
    right: 'rules.preview',
    run: async (actor) => (await import('./due-rules')).previewFindingRules(actor, DEFAULT_RULES),
  },
  'due-rules.changeFindingRules': {
    right: 'rules.change',
    run: async (actor) => (await import('./due-rules')).changeFindingRules(actor, rulesInput('90')),
  },
  'health.readiness': {
    right: 'app.health',
    run: async (actor) => {
      const { ready } = await (await import('./health')).readiness(actor);
      assert.ok(ready);
      return { ok: true, value: ready };
    },
  },
  'inventory.listNamespaces': {
    right: 'namespace.list',
    run: async (actor) => (await import('./inventory')).listNamespaces(actor, 'default'),
  },
  'inventory.listEdgeWorkers': {
    right: 'edgeworker.list',
    run: async (actor) => (await import('./inventory')).listEdgeWorkers(actor, 'default'),
  },
  'keys.createKey': {
    right: 'key.change',
    run: async (actor) => (await import('./keys')).createKey(actor, `made-by-${unique()}`, 'viewer'),
  },
  'keys.revokeKey': {
    right: 'key.change',
    run: async (actor) => {
      const { createKey, revokeKey } = await import('./keys');
      const { operatorActor } = await import('./session');
      const name = `revoked-${unique()}`;
      await createKey(operatorActor(), name, 'viewer');
      return revokeKey(actor, name);
    },
  },
  'keys.listKeys': { right: 'key.read', run: async (actor) => (await import('./keys')).listKeys(actor) },
  'openapi.readApiDocument': {
    right: 'app.docs',
    run: async (actor) => (await import('./openapi')).readApiDocument(actor),
  },
  'people.listPeople': {
    right: 'people.read',
    run: async (actor) => (await import('./people')).listPeople(actor),
  },
  'people.addPerson': {
    right: 'people.change',
    run: async (actor) =>
      (await import('./people')).addPerson(actor, `${unique()}@example.com`, 'a long password', 'viewer'),
  },
  'people.resetPassword': {
    right: 'people.change',
    run: async (actor) => {
      const { addPerson, resetPassword } = await import('./people');
      const { operatorActor } = await import('./session');
      const email = `${unique()}@example.com`;
      await addPerson(operatorActor(), email, 'a long password', 'viewer');
      return resetPassword(actor, email, 'another long password');
    },
  },
  'links.invitePerson': {
    right: 'people.change',
    run: async (actor) =>
      (await import('./links')).invitePerson(actor, 'invited@example.com', 'viewer', noLimits),
  },
  'links.listInvitations': {
    right: 'people.read',
    run: async (actor) => (await import('./links')).listInvitations(actor),
  },
  'links.makeResetLink': {
    right: 'people.change',
    run: async (actor) => (await import('./links')).makeResetLink(actor, await somebody('changed')),
  },
  'links.withdrawInvitation': {
    right: 'people.change',
    run: async (actor) => (await import('./links')).withdrawInvitation(actor, 'invited@example.com'),
  },
  'people.readPerson': {
    right: 'people.read',
    run: async (actor) => (await import('./people')).readPerson(actor, await somebody('changed')),
  },
  'people-changes.changeRole': {
    right: 'people.change',
    run: async (actor) =>
      (await import('./people-changes')).changeRole(actor, await somebody('changed'), 'releaser', noLimits),
  },
  'people-changes.changeAccountRoles': {
    right: 'people.change',
    run: async (actor) =>
      (await import('./people-changes')).changeAccountRoles(
        actor,
        await somebody('changed'),
        new Map([['default', 'viewer']]),
      ),
  },
  'people-changes.setDisabled': {
    right: 'people.change',
    run: async (actor) =>
      (await import('./people-changes')).setDisabled(actor, await somebody('changed'), false),
  },
  'people-changes.deletePerson': {
    right: 'people.change',
    run: async (actor) => (await import('./people-changes')).deletePerson(actor, await somebody('deleted')),
  },
  'you.listSessions': {
    right: 'people.read',
    run: async (actor) => (await import('./you')).listSessions(actor, await somebody('changed')),
  },
  'you.endSession': {
    right: 'people.change',
    run: async (actor) => {
      const id = await somebody('changed');
      return (await import('./you')).endSession(actor, id, await openSession(id));
    },
  },
  'you.endSessions': {
    right: 'people.change',
    run: async (actor) => (await import('./you')).endSessions(actor, await somebody('changed')),
  },
  'setup.openSetup': {
    right: 'people.change',
    run: async (actor) => (await import('./setup')).openSetup(actor),
  },
  'notes.readNotes': {
    right: 'token.list',
    run: async (actor) => (await import('./notes')).readNotes(actor, 'default'),
  },
  'notes.readEarlierNote': {
    right: 'token.list',
    run: async (actor) => (await import('./notes')).readEarlierNote(actor, 'default', 'cart-reader'),
  },
  'notes.noteTarget': {
    right: 'note.change',
    run: async (actor) => (await import('./notes')).noteTarget(actor, 'default', 'cart-reader'),
  },
  'notes.changeNote': {
    right: 'note.change',
    run: async (actor) => {
      const input = { owner: 'A. Bel', purpose: '', ticket: '', tags: '', reviewBy: '' };
      return (await import('./notes')).changeNote(actor, 'default', 'cart-reader', input);
    },
  },
  'notes.changeNotes': {
    right: 'note.change',
    run: async (actor) =>
      (await import('./notes')).changeNotes(actor, 'default', ['cart-reader'], { owner: 'A. Bel' }),
  },
  'notes.keepEarlierNote': {
    right: 'note.change',
    run: async (actor) => {
      const { changeNote, keepEarlierNote } = await import('./notes');
      const { operatorActor } = await import('./session');
      const input = { owner: 'A. Bel', purpose: '', ticket: '', tags: '', reviewBy: '' };
      await changeNote(operatorActor(), 'default', 'cart-reader', input);
      return keepEarlierNote(actor, 'default', 'cart-reader');
    },
  },
  'notice-channels.readNoticeSettings': {
    right: 'notice.read',
    run: async (actor) => (await import('./notice-channels')).readNoticeSettings(actor),
  },
  'notice-channels.addChannel': {
    right: 'notice.change',
    run: async (actor) => (await import('./notice-channels')).addChannel(actor, 'slack', channel(unique())),
  },
  'notice-channels.changeChannel': {
    right: 'notice.change',
    run: async (actor) => {
      const { changeChannel } = await import('./notice-channels');
      return changeChannel(actor, await someChannel(), channel(unique()), false);
    },
  },
  'notice-channels.setChannelOn': {
    right: 'notice.change',
    run: async (actor) => (await import('./notice-channels')).setChannelOn(actor, await someChannel(), false),
  },
  'notice-channels.removeChannel': {
    right: 'notice.change',
    run: async (actor) => (await import('./notice-channels')).removeChannel(actor, await someChannel()),
  },
  'notice-channels.testChannel': {
    right: 'notice.change',
    run: async (actor) => {
      const tested = await (await import('./notice-channels')).testChannel(actor, await someChannel());
      // Nobody listens there: it was tried, which is all that counts here.
      return !tested.ok && tested.problem.code === 'delivery-failed' ? { ok: true, value: null } : tested;
    },
  },
  'notice-channels.changeLadders': {
    right: 'notice.change',
    run: async (actor) => {
      const ladders = { expiry: '7', activation: '0', refresh: '7', age: '7', review: '7' };
      return (await import('./notice-channels')).changeLadders(actor, ladders);
    },
  },
  'calendar-feeds.listFeeds': {
    right: 'notice.read',
    run: async (actor) => (await import('./calendar-feeds')).listFeeds(actor),
  },
  'calendar-feeds.makeFeed': {
    right: 'notice.change',
    run: async (actor) => (await import('./calendar-feeds')).makeFeed(actor, feed),
  },
  'calendar-feeds.revokeFeed': {
    right: 'notice.change',
    run: async (actor) => {
      const { listFeeds, makeFeed, revokeFeed } = await import('./calendar-feeds');
      const { operatorActor } = await import('./session');
      await makeFeed(operatorActor(), feed);
      const feeds = await listFeeds(operatorActor());
      return revokeFeed(actor, (feeds.ok ? feeds.value[0]?.id : undefined) ?? '');
    },
  },
  'metrics.readMetrics': {
    right: 'metrics.read',
    run: async (actor) => (await import('./metrics')).readMetrics(actor),
  },
  'doubts.listDoubts': {
    right: 'token.list',
    run: async (actor) => (await import('./doubts')).listDoubts(actor, 'default'),
  },
  'tokens.listTokens': {
    right: 'token.list',
    run: async (actor) => (await import('./tokens')).listTokens(actor, 'default'),
  },
  'tokens.listAllTokens': {
    right: 'account.list',
    run: async (actor) => (await import('./tokens')).listAllTokens(actor),
  },
  'tokens.showFirst': {
    right: 'token.list',
    run: async (actor) => (await import('./tokens')).showFirst(actor, 'default', ['cart-reader']),
  },
  'tokens.rereadTokens': {
    right: 'token.list',
    run: async (actor) => (await import('./tokens')).rereadTokens(actor, 'default'),
  },
  'tokens.readToken': {
    right: 'token.read',
    run: async (actor) => (await import('./tokens')).readToken(actor, 'default', 'cart-reader'),
  },
  'upstream.readUpstream': {
    right: 'token.list',
    run: async (actor) => (await import('./upstream')).readUpstream(actor, 'default'),
  },
  'token-changes.createToken': {
    right: 'token.create',
    run: async (actor) =>
      (await import('./token-changes')).createToken(
        actor,
        'default',
        request(`made-by-${actor.level}`),
        unique(),
      ),
  },
  'token-changes.refreshToken': {
    right: 'token.refresh',
    run: async (actor) =>
      (await import('./token-changes')).refreshToken(actor, 'default', 'store-locator', unique()),
  },
  'token-changes.revokeToken': {
    right: 'token.revoke',
    run: async (actor) =>
      (await import('./token-changes')).revokeToken(actor, 'default', 'qa-scratch', unique(), 'qa-scratch'),
  },
};

/**
 * Services whose right everybody has, so that there is nothing to refuse by role; what they do is tested in the
 * browser tests of signing in and setting up.
 */
const FOR_EVERYBODY: Readonly<Record<string, Right>> = {
  'people.signIn': 'session.create',
  'people.signOut': 'session.end',
  'sso.startSso': 'session.create',
  'sso.endSso': 'session.create',
  'setup.isSetupOpen': 'setup.claim',
  'setup.claimSetup': 'setup.claim',
  'links.readLink': 'link.claim',
  'links.claimLink': 'link.claim',
  'calendar-feeds.readFeed': 'feed.read',
  'you.changePassword': 'you.change',
};

/** Take an actor, but do not act for anybody: they are what services are made of. */
const PARTS = new Set([
  'attempts.onlyOnce',
  'authorize.authorize',
  'authorize.authorizeAgain',
  'audit.withAudit',
  'audit.recordSingle',
  'audit.settleIntent',
  'people.endFormerSession',
  'session.mustSignInAgain',
  'session.ownerOf',
  'session.reloadActor',
  'who.nameFor',
  'who.whoBegan',
]);

test('[1] every exported function that takes an actor is listed here', () => {
  const found: string[] = [];
  for (const file of readdirSync(import.meta.dirname)) {
    if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
    const source = readFileSync(join(import.meta.dirname, file), 'utf8');
    for (const [, name] of source.matchAll(
      /export (?:async )?function (\w+)(?:<[^>(]+>)?\(\s*actor: Actor\b/g,
    )) {
      found.push(`${file.replace(/\.ts$/, '')}.${name}`);
    }
  }
  const listed = [...Object.keys(SERVICES), ...Object.keys(FOR_EVERYBODY), ...PARTS];
  assert.deepEqual(found.sort(), listed.sort());
});

for (const [name, { right, run }] of Object.entries(SERVICES)) {
  test(`[1] ${name} is for who has ${right}, and for nobody else`, async () => {
    for (const level of levels) {
      const actor = actors.get(level);
      assert.ok(actor);
      const result = await run(actor);
      const refusal = level === 'guest' ? 'not-signed-in' : 'forbidden';
      const outcome = result.ok ? 'ok' : result.problem.code;
      assert.equal(outcome, can(level, right) ? 'ok' : refusal, `${level} calls ${name}`);
    }
  });
}

test('[1] what was refused changed nothing at Akamai', async () => {
  const response = await fetch(`${simulator.controlUrl}/journal`);
  const journal = (await response.json()) as { method: string; target: string }[];
  const changes = journal.filter(({ method }) => method !== 'GET').map(({ target }) => target);
  // manager and admin each created one and refreshed one; admin alone revoked one.
  assert.deepEqual(changes.sort(), [
    '/edgekv/v1/tokens',
    '/edgekv/v1/tokens',
    '/edgekv/v1/tokens/qa-scratch',
    '/edgekv/v1/tokens/store-locator/refresh',
    '/edgekv/v1/tokens/store-locator/refresh',
  ]);
});

test('a limit to namespaces and networks binds reading values, creating, refreshing and revoking', async () => {
  const { database } = await import('@/lib/store/database');
  const { createKey } = await import('./keys');
  const { operatorActor, requestActor } = await import('./session');
  const made = await createKey(operatorActor(), 'limited', 'admin');
  assert.ok(made.ok);
  await database()
    .query.updateTable('api_key')
    .set({ scope_namespaces: JSON.stringify(['promo']) })
    .where('name', '=', 'limited')
    .execute();
  const headers = { authorization: `Bearer ${made.value.key}` };
  const actor = await requestActor(new Request('http://localhost:3000/', { headers }));
  assert.ok(actor.ok);
  const { createToken, refreshToken, revokeToken } = await import('./token-changes');
  const { writeTokensFile } = await import('./bundles');
  const outcomes = await Promise.all([
    createToken(actor.value, 'default', request('limited-made'), unique()),
    refreshToken(actor.value, 'default', 'cart-reader', unique()),
    revokeToken(actor.value, 'default', 'cart-reader', unique(), 'cart-reader'),
    writeTokensFile(actor.value, 'default', null, { tokens: ['cart-reader'], overwrite: false }),
  ]);
  for (const outcome of outcomes) assert.equal(outcome.ok ? 'ok' : outcome.problem.code, 'forbidden');
});

/** A key of an admin who has that access to the account of these tests. */
async function narrowed(access: 'viewer' | 'none'): Promise<Actor> {
  const { database } = await import('@/lib/store/database');
  const { createKey } = await import('./keys');
  const { operatorActor, requestActor } = await import('./session');
  const { query } = database();
  const owner = await somebody(`narrowed-${access}`);
  const scopeAccounts = JSON.stringify([['default', access]]);
  await query.updateTable('user').set({ role: 'admin', scopeAccounts }).where('id', '=', owner).execute();
  const made = await createKey(operatorActor(), `narrowed-${unique()}`, 'admin');
  assert.ok(made.ok);
  await query.updateTable('api_key').set({ owner_id: owner }).where('name', '=', made.value.name).execute();
  const headers = { authorization: `Bearer ${made.value.key}` };
  const actor = await requestActor(new Request('http://localhost:3000/', { headers }));
  assert.ok(actor.ok);
  return actor.value;
}

const OF_ACCOUNTS = Object.entries(SERVICES).filter(([, { right }]) =>
  ACCOUNT_RIGHTS.some((one) => one === right),
);

test('[1] each service that takes an account obeys the role on it', async () => {
  const actor = await narrowed('viewer');
  assert.ok(OF_ACCOUNTS.length >= 14);
  for (const [name, { right, run }] of OF_ACCOUNTS) {
    const result = await run(actor);
    const outcome = result.ok ? 'ok' : result.problem.code;
    assert.equal(outcome, can('viewer', right) ? 'ok' : 'forbidden', name);
  }
});

test('[1] without access an account is not there: no service knows it, no list has it, Akamai is not asked', async () => {
  const actor = await narrowed('none');
  await fetch(`${simulator.controlUrl}/journal/clear`, { method: 'POST', body: '{}' });
  for (const [name, { run }] of OF_ACCOUNTS) {
    const result = await run(actor);
    assert.equal(result.ok ? 'ok' : result.problem.code, 'unknown-account', name);
  }
  const { accountOrFirst, listAccounts, readAccount } = await import('./accounts');
  const listed = await listAccounts(actor);
  assert.deepEqual(listed.ok && listed.value, []);
  const read = await readAccount(actor, 'default');
  assert.equal(read.ok && read.value, null);
  assert.equal((await accountOrFirst(actor, null)).ok, false);
  const journal = await (await fetch(`${simulator.controlUrl}/journal`)).json();
  assert.deepEqual(journal, []);
});

test('an account without access and one that is not there are told in the same words', async () => {
  const actor = await narrowed('none');
  const { listTokens } = await import('./tokens');
  assert.deepEqual(await listTokens(actor, 'default'), await listTokens(actor, 'nowhere'));
  const { inspectBundle } = await import('./bundle-inspection');
  const asked = { tokens: [], options: { overwrite: false }, edgeWorker: null, validate: false };
  assert.deepEqual(
    await inspectBundle(actor, bundle, { ...asked, account: 'default' }),
    await inspectBundle(actor, bundle, { ...asked, account: 'nowhere' }),
  );
});

test('what an account is called is unique, visible and on record', async () => {
  const { changeAccountLook, listAccounts } = await import('./accounts');
  const { operatorActor } = await import('./session');
  const operator = operatorActor();
  const refused = async (name: string, colour = '') => {
    const changed = await changeAccountLook(operator, 'default', { name, colour });
    return changed.ok ? 'ok' : Object.keys(changed.problem.fields ?? {}).join();
  };
  assert.equal(await refused('x'.repeat(41)), 'name');
  assert.equal(await refused('Acme\u202e'), 'name');
  assert.equal(await refused('Acme', 'red'), 'colour');
  const unknown = await changeAccountLook(operator, 'nowhere', { name: 'x', colour: '' });
  assert.equal(unknown.ok ? 'ok' : unknown.problem.code, 'unknown-account');
  assert.equal(await refused(' Acme shop ', 'plum'), 'ok');
  const listed = await listAccounts(operator);
  assert.deepEqual(listed.ok && listed.value, [{ slug: 'default', name: 'Acme shop', colour: 'plum' }]);
  assert.equal(await refused('', ''), 'ok');
});

test('rules are kept, are on record with what they were, and a limited admin cannot change them', async () => {
  const { changeFindingRules, readFindingRules } = await import('./due-rules');
  const { createKey } = await import('./keys');
  const { operatorActor, requestActor } = await import('./session');
  const admin = actors.get('admin');
  assert.ok(admin);
  assert.ok((await changeFindingRules(admin, rulesInput('60'))).ok);
  const kept = await readFindingRules(admin);
  assert.ok(kept.ok);
  assert.deepEqual(kept.value, {
    ...DEFAULT_RULES,
    'edgeworkers-unused': { isOn: true, days: null },
    legacy: { isOn: false, days: null },
    unused: { isOn: true, days: null },
    old: { isOn: true, days: 60 },
  });
  const wrong = await changeFindingRules(admin, rulesInput('0'));
  assert.deepEqual(wrong.ok ? null : Object.keys(wrong.problem.fields ?? {}), ['days-old']);
  const { searchAudit } = await import('./audit-log');
  const acts = await searchAudit(admin, parseAuditQuery({ action: 'rules.change' }));
  assert.ok(acts.ok);
  assert.match(
    JSON.stringify(acts.value),
    /"old":\{"isOn":true,"days":90\}.*"old":\{"isOn":true,"days":60\}/,
  );
  const limits = { namespaces: 'promo', stagingOnly: false };
  const made = await createKey(operatorActor(), 'rules-limited', 'admin', { limits });
  assert.ok(made.ok);
  const headers = { authorization: `Bearer ${made.value.key}` };
  const limited = await requestActor(new Request('http://localhost:3000/', { headers }));
  assert.ok(limited.ok);
  const refused = await changeFindingRules(limited.value, rulesInput('30'));
  assert.equal(refused.ok ? 'ok' : refused.problem.code, 'forbidden');
  assert.deepEqual(await readFindingRules(admin), kept);
});
