'use server';
// What admins do about notices: channels, days, calendars, a test.
import type { Route } from 'next';
import { refresh } from 'next/cache';
import { redirect } from 'next/navigation';
import type { ChannelInput } from '@/lib/domain/notice-channel';
import { type FormState, field, fields, runAction } from '@/lib/services/action';
import { type MadeFeed, makeFeed, revokeFeed } from '@/lib/services/calendar-feeds';
import {
  addChannel,
  changeChannel,
  changeLadders,
  type MadeChannel,
  removeChannel,
  setChannelOn,
  testChannel,
} from '@/lib/services/notice-channels';

/** A secret of a channel is shown once, in the answer itself. */
export type ChannelFormState = FormState & { made?: MadeChannel };
/** So is the address of a calendar. */
export type FeedFormState = FormState & { made?: MadeFeed };

function done(what: string): never {
  redirect(`/settings/notices?done=${what}` as Route);
}

export async function saveChannelAction(
  _before: ChannelFormState,
  form: FormData,
): Promise<ChannelFormState> {
  let made: MadeChannel | undefined;
  const id = field(form, 'id');
  const state = await runAction(form, async (actor) => {
    const saved =
      id === ''
        ? await addChannel(actor, field(form, 'kind'), channelInput(form))
        : await changeChannel(actor, id, channelInput(form), field(form, 'renew') === 'on');
    if (saved.ok) made = saved.value;
    return saved;
  });
  if (!made) return state;
  if (made.secret === null) done(id === '' ? 'added' : 'changed');
  // The table beside the form shows it.
  refresh();
  return { problem: null, values: {}, made };
}

function channelInput(form: FormData): ChannelInput {
  return {
    name: field(form, 'name'),
    target: field(form, 'addresses') || field(form, 'secretUrl'),
    kinds: fields(form, 'dates'),
    accounts: fields(form, 'accounts'),
    owner: field(form, 'owner'),
    when: field(form, 'when'),
  };
}

export async function switchChannelAction(_before: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (actor) => {
    const isOn = field(form, 'on') === 'yes';
    const switched = await setChannelOn(actor, field(form, 'id'), isOn);
    if (switched.ok) done(isOn ? 'on' : 'off');
    return switched;
  });
}

export async function removeChannelAction(_before: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (actor) => {
    const removed = await removeChannel(actor, field(form, 'id'));
    if (removed.ok) done('removed');
    return removed;
  });
}

export async function testChannelAction(_before: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (actor) => {
    const tested = await testChannel(actor, field(form, 'id'));
    if (tested.ok) done('tested');
    return tested;
  });
}

export async function changeLaddersAction(_before: FormState, form: FormData): Promise<FormState> {
  // An empty field means that nobody is told; one that is not there means nothing.
  const typed = (kind: string) => (form.has(kind) ? field(form, kind) : null);
  return runAction(form, async (actor) => {
    const changed = await changeLadders(actor, {
      expiry: typed('expiry'),
      activation: typed('activation'),
      refresh: typed('refresh'),
      age: typed('age'),
      review: typed('review'),
    });
    if (changed.ok) done('days');
    return changed;
  });
}

export async function makeFeedAction(_before: FeedFormState, form: FormData): Promise<FeedFormState> {
  let made: MadeFeed | undefined;
  const state = await runAction(form, async (actor) => {
    const input = {
      name: field(form, 'name'),
      account: field(form, 'account'),
      kinds: fields(form, 'dates'),
    };
    const result = await makeFeed(actor, input);
    if (result.ok) made = result.value;
    return result;
  });
  if (!made) return state;
  refresh();
  return { problem: null, values: {}, made };
}

export async function revokeFeedAction(_before: FormState, form: FormData): Promise<FormState> {
  return runAction(form, async (actor) => {
    const revoked = await revokeFeed(actor, field(form, 'id'));
    if (revoked.ok) done('revoked');
    return revoked;
  });
}
