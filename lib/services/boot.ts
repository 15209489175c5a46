// The start of the server: settings, data folder, database, first admin. It starts, or it says why in one sentence.
import 'server-only';
import { logConsole } from '@/lib/platform/console-log';
import { SettingsError, settings } from '@/lib/platform/env';
import { log } from '@/lib/platform/log';
import { once } from '@/lib/platform/once';
import { watchRequests } from '@/lib/platform/requests';
import { StoreError } from '@/lib/store/data-folder';
import { database } from '@/lib/store/database';
import { checkSealed } from '@/lib/store/sealing';
import { lockDataFolder } from '@/lib/store/server-lock';
import { settleEarlierRun } from './earlier-run';
import { operatorActor } from './session';
import { openSetup, setupFromSettings } from './setup';

/** So long after the start the server has answered who waits for it, milliseconds. */
const BACKGROUND_AFTER_MS = 500;

/** Prepares everything, or ends the process with status 1: a throw would leave a half-started server (measured). */
export async function boot(isProduction: boolean): Promise<void> {
  try {
    const { dataDir } = settings();
    // While developing, Next's own words are easier to read.
    if (isProduction) logConsole();
    watchUnhandled();
    watchRequests();
    // Before the database: a second server must not migrate it under the first one.
    lockDataFolder(dataDir);
    database();
    checkSealed();
    await settleEarlierRun();
    const first = await setupFromSettings();
    if (!first.ok)
      throw new SettingsError(
        `SETUP_EMAIL or SETUP_PASSWORD_FILE is wrong: ${JSON.stringify(first.problem.fields ?? first.problem.title)}`,
      );
    const link = await openSetup(operatorActor());
    if (link.ok && link.value) {
      // The one secret that is printed on purpose: whoever reads the console may make the first admin, once.
      process.stdout.write(`No admin yet. Make the first one within 24 hours: ${link.value}\n`);
    }
    setTimeout(startBackground, BACKGROUND_AFTER_MS).unref();
  } catch (error) {
    const isExpected = error instanceof SettingsError || error instanceof StoreError;
    process.stderr.write(
      `Token Desk cannot start. ${isExpected ? error.message : 'It met an unexpected error.'}\n`,
    );
    if (!isExpected) process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  }
}

/** What runs beside requests, and is not loaded before the first of them can be answered. A failure is logged as unhandled. */
function startBackground(): void {
  void import('./doctor').then(({ checkAtStart }) => checkAtStart());
  void import('./notices').then(({ startNotices }) => startNotices());
  void import('./bulk-worker').then(({ startBulk }) => startBulk());
  void import('./deployment-worker').then(({ startDeployments }) => startDeployments());
  void import('./usage-worker').then(({ startUsage }) => startUsage());
}

/** Promises that fail unseen are logged, redacted; an exception that nobody caught ends the process. */
function watchUnhandled(): void {
  once('unhandled', () => {
    process.on('unhandledRejection', (error) => log().error({ error }, 'unhandled rejection'));
    process.on('uncaughtException', (error) => {
      log().fatal({ error }, 'uncaught exception');
      process.exit(1);
    });
    return true;
  });
}
