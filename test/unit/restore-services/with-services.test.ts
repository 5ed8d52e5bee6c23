// Services around a change, with a systemctl that is slow, that does not stop or start what it should, or gives no answer. Whatever
// happens: what ran before runs after, and what did not run is left alone.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EnvironmentError, InterruptedError, RunFailedError } from '../../../src/errors.ts';
import type { Host } from '../../../src/host/host.ts';
import type { ServiceEvent, ServicesOptions } from '../../../src/restore/services/service-types.ts';
import { withServices } from '../../../src/restore/services/with-services.ts';
import { fakeHost } from '../host/fake-root.ts';

/** Units are files with their state; files in `how` change what the program does. */
const systemctl = `root=$(dirname "$0")/../root
test "$1" = --no-ask-password && shift
verb=$1; shift
echo "$verb $*" >>"$root/calls"
is() { test -f "$root/how/$1"; }
is slow && sleep 0.3
is "silent-$verb" && case $* in proxsave-services*) ;; *) exec sleep 3600 ;; esac
for unit in "$@"; do :; done
state=$root/units/$unit
case $verb in
  show) while [ "$1" != -- ]; do shift; done; shift
    for one in "$@"; do
      echo LoadState=loaded; echo "ActiveState=$(cat "$root/units/$one" 2>/dev/null || echo inactive)"
      echo UnitFileState=enabled; echo CanReload=no; echo
    done ;;
  list-units) word=active; case "$*" in *state=failed*) word=failed ;; esac
    cd "$root/units" && grep -lx "$word" * | sed 's/$/ loaded active running x/' ;;
  stop) is stubborn || echo inactive >"$state" ;;
  kill) is immortal || echo failed >"$state" ;;
  start|restart) is "fails-$verb" && { echo "Job for $unit failed" >&2; exit 1; }
    echo active >"$state" ;;
esac
exit 0`;

function hostWith(units: Record<string, string>, how: readonly string[] = []): Host {
  const host = fakeHost({
    files: {},
    commands: {
      systemctl,
      'systemd-run': 'echo "$*" >>"$(dirname "$0")/../root/watch"',
      flock: 'exec /usr/bin/flock "$@"',
    },
  });
  mkdirSync(host.resolve('/units'));
  mkdirSync(host.resolve('/how'));
  for (const [name, state] of Object.entries(units))
    writeFileSync(host.resolve(`/units/${name}`), `${state}\n`);
  for (const name of how) writeFileSync(host.resolve(`/how/${name}`), '');
  return host;
}

const stateOf = (host: Host, unit: string) => readFileSync(host.resolve(`/units/${unit}`), 'utf8').trim();
const limits = { stopMs: 400, killMs: 400, startMs: 2_000, callMs: 1_500, pollMs: 50 };
const both = ['a.service', 'b.service'];
const wanted = {
  services: both.map((unit) => ({ unit, how: 'stop' as const })),
  needsDaemonReload: false,
};

interface Tried {
  didWork: boolean;
  events: ServiceEvent[];
  statesAtWork: string[];
  error?: unknown;
  ended?: { unit: string; did: string }[];
}

async function tryWith(
  host: Host,
  { work = () => Promise.resolve(), ...options }: ServicesOptions & { work?: () => Promise<void> } = {},
  services = wanted,
): Promise<Tried> {
  const tried: Tried = { didWork: false, events: [], statesAtWork: [] };
  const report = (event: ServiceEvent) => tried.events.push(event);
  try {
    const { ended } = await withServices(host, services, { limits, report, ...options }, () => {
      tried.didWork = true;
      tried.statesAtWork = both.map((unit) => stateOf(host, unit));
      return work();
    });
    tried.ended = ended.map(({ unit, did }) => ({ unit, did }));
  } catch (error) {
    tried.error = error;
  }
  return tried;
}

const running = { 'a.service': 'active', 'b.service': 'active' };
const expectBack = (host: Host) => {
  expect(both.map((unit) => stateOf(host, unit))).toEqual(['active', 'active']);
};

describe('what ran before runs after', () => {
  test('though every call of systemctl takes its time', async () => {
    const host = hostWith(running, ['slow']);
    const tried = await tryWith(host);
    expect(tried).toMatchObject({ didWork: true, statesAtWork: ['inactive', 'inactive'] });
    expect(tried.ended).toEqual([
      { unit: 'b.service', did: 'started' },
      { unit: 'a.service', did: 'started' },
    ]);
    expectBack(host);
  });

  test('when the work fails', async () => {
    const host = hostWith(running);
    const tried = await tryWith(host, { work: () => Promise.reject(new Error('full disk')) });
    expect(tried.error).toMatchObject({ message: 'full disk' });
    expectBack(host);
  });

  test('when somebody interrupts while one does not stop; the work is not begun', async () => {
    const host = hostWith(running, ['stubborn']);
    const interrupt = new AbortController();
    const tried = await tryWith(host, {
      signal: interrupt.signal,
      limits: { ...limits, stopMs: 60_000 },
      report: ({ secondsLeft }) => {
        if (secondsLeft !== undefined) interrupt.abort();
      },
    });
    expect(tried).toMatchObject({ didWork: false, error: expect.any(InterruptedError) as unknown });
    expectBack(host);
  });

  test('when one does not stop: it is killed after its time, with a countdown', async () => {
    const host = hostWith(running, ['stubborn']);
    const tried = await tryWith(host);
    expect(tried).toMatchObject({ didWork: true, statesAtWork: ['failed', 'failed'] });
    expect(tried.events.map(({ message }) => message)).toEqual(
      expect.arrayContaining([
        'stopping a.service (1 s left)',
        'a.service does not stop: it is killed',
        expect.stringMatching(/^killing a\.service \(\d+ s left\)$/u),
      ]),
    );
    expectBack(host);
  });

  test('when not even that ends it: then nothing was done', async () => {
    const host = hostWith(running, ['stubborn', 'immortal']);
    const tried = await tryWith(host);
    expect(tried.didWork).toBe(false);
    expect(tried.error).toBeInstanceOf(RunFailedError);
    expect(tried.error).toMatchObject({
      message: 'a.service does not stop: it still runs after its time. Nothing of the host was changed',
    });
    expectBack(host);
  });

  test('when one must not be killed: it is not, and nothing was done', async () => {
    const host = hostWith({ ...running, 'pve-cluster.service': 'active' }, ['stubborn']);
    const services = { ...wanted, services: [{ unit: 'pve-cluster.service', how: 'stop' as const }] };
    const tried = await tryWith(host, {}, services);
    expect(tried).toMatchObject({ didWork: false, error: expect.any(RunFailedError) as unknown });
    expect(readFileSync(host.resolve('/calls'), 'utf8')).not.toMatch(/^kill/mu);
    expect(stateOf(host, 'pve-cluster.service')).toBe('active');
  });

  test('when a stop gets no answer', async () => {
    const host = hostWith(running, ['silent-stop']);
    const tried = await tryWith(host);
    expect(tried).toMatchObject({
      didWork: false,
      error: { message: expect.stringContaining('systemctl gave no answer') as unknown },
    });
    expectBack(host);
  });

  test('when a first start fails', async () => {
    const host = hostWith(running, ['fails-start']);
    const tried = await tryWith(host);
    expect(tried.ended).toEqual(both.toReversed().map((unit) => ({ unit, did: 'started' })));
    expectBack(host);
  });
});

test('what cannot be started again is told, and the work stays done', async () => {
  const host = hostWith(running, ['fails-start', 'fails-restart']);
  const tried = await tryWith(host);
  expect(tried.ended).toEqual(both.toReversed().map((unit) => ({ unit, did: 'failed' })));
});

test('what did not run is neither stopped nor started', async () => {
  const host = hostWith({ 'a.service': 'inactive', 'b.service': 'failed' });
  const tried = await tryWith(host);
  expect(tried).toMatchObject({ didWork: true, ended: [], statesAtWork: ['inactive', 'failed'] });
  expect(readFileSync(host.resolve('/calls'), 'utf8')).not.toMatch(/^(?:stop|start|restart|kill)/mu);
});

test('nothing is done when nobody says which services run', async () => {
  const host = hostWith(running, ['silent-show']);
  const tried = await tryWith(host);
  expect(tried.didWork).toBe(false);
  expect(tried.error).toBeInstanceOf(EnvironmentError);
  expectBack(host);
});

test('nothing is stopped when nothing would start it again after a kill', async () => {
  const host = hostWith(running);
  writeFileSync(host.commands.find('systemd-run') ?? '', '#!/bin/sh\necho "no bus" >&2; exit 1\n');
  const tried = await tryWith(host);
  expect(tried).toMatchObject({
    didWork: false,
    error: { message: expect.stringContaining('no bus') as unknown },
  });
  expect(existsSync(host.resolve('/calls')) && readFileSync(host.resolve('/calls'), 'utf8')).not.toMatch(
    /^stop/mu,
  );
  expectBack(host);
});
