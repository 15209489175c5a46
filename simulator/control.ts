// The control handle of tests: a small client of the simulator's second port.
import type { AccountName } from './accounts';
import type { JournalEntry, StateChange } from './control-server';
import type { FaultRequest } from './faults';
import type { LiveHistory } from './live-history';

export type { FaultRequest, JournalEntry, StateChange };

export class Control {
  constructor(private readonly url: string) {}

  /** Everything that was asked of the simulator since the last reset or clear. */
  async journal(): Promise<JournalEntry[]> {
    const response = await fetch(`${this.url}/journal`);
    return (await response.json()) as JournalEntry[];
  }

  /** Which versions of an account's EdgeWorkers were live when with which tokens, and what was revoked. */
  async live(account: AccountName = 'shop'): Promise<LiveHistory> {
    const response = await fetch(`${this.url}/live/${account}`);
    return (await response.json()) as LiveHistory;
  }

  clearJournal(): Promise<void> {
    return this.post('/journal/clear', {});
  }

  /** The account as seeded, without faults, with an empty journal. */
  reset(): Promise<void> {
    return this.post('/reset', {});
  }

  fault(fault: FaultRequest): Promise<void> {
    return this.post('/faults', fault);
  }

  clearFaults(): Promise<void> {
    return this.post('/faults/clear', {});
  }

  change(state: StateChange): Promise<void> {
    return this.post('/state', state);
  }

  private async post(path: string, body: unknown): Promise<void> {
    const response = await fetch(`${this.url}${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`the simulator refused ${path}: ${await response.text()}`);
  }
}
