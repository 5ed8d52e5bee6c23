// What the container tests of restore share: proxsave inside the machine, what lies on its disk, a network card with a gateway.

import { setTimeout as sleep } from 'node:timers/promises';
import { projectInContainer, type Container, type Ran } from './container.ts';
import { startSession, type TerminalSession } from './terminal-session.ts';

const proxsave = `${projectInContainer}/proxsave`;

export const runProxsave = (machine: Container, ...args: readonly string[]): Ran =>
  machine.run([proxsave, ...args]);

export function mustProxsave(machine: Container, ...args: readonly string[]): string {
  return machine.must([proxsave, ...args]);
}

/** What was started in the background: may be killed, and says how it ended. */
export interface Background {
  /** Signals the process itself, and no other. */
  signal(name: string): void;
  said(): string;
  /** Its exit code, 128 + N when signal N killed it; undefined while it runs. */
  code(): number | undefined;
}

/** In a session of its own, without a terminal. */
export function startProxsave(machine: Container, name: string, ...args: readonly string[]): Background {
  const base = `/run/test-${name}`;
  machine.write(
    `/usr/local/sbin/test-${name}`,
    `#!/bin/sh
exec >${base}.out 2>&1 </dev/null
${proxsave} ${args.join(' ')} &
echo $! >${base}.pid
wait $!
echo $? >${base}.code
`,
    0o755,
  );
  machine.must(['sh', '-c', `setsid /usr/local/sbin/test-${name} >/dev/null 2>&1 & sleep 0.2`]);
  return {
    signal: (signal) => machine.must(['sh', '-c', `kill -${signal} "$(cat ${base}.pid)"`]),
    said: () => read(machine, `${base}.out`),
    code: () => {
      const text = read(machine, `${base}.code`).trim();
      return text === '' ? undefined : Number(text);
    },
  };
}

/** With somebody at a terminal; `directory` is one of this side, and the test's own. */
export function proxsaveSession(
  machine: Container,
  directory: string,
  ...args: readonly string[]
): TerminalSession {
  const argv = machine.enter([proxsave, ...args], { TERM: 'xterm' });
  return startSession(directory, argv.join(' '), { PATH: process.env.PATH ?? '' });
}

export async function waitUntil(what: string, holds: () => boolean, limitMs = 60_000): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await sleep(100);
  }
}

export const read = (machine: Container, path: string): string => machine.run(['cat', path]).stdout;

/** Everything below the places that a restore writes to: kind, mode, owner, times, link targets, digests. */
export function manifestOf(machine: Container, ...places: readonly string[]): string[] {
  const list = `find ${places.join(' ')} -xdev -printf '%p|%y|%m|%U:%G|%l|'  \\( -type d -printf '\\n' -o -printf '%T@\\n' \\)`;
  const digests = `find ${places.join(' ')} -xdev -type f -exec sha256sum {} +`;
  return machine.must(['sh', '-c', `(${list}; ${digests}) | LC_ALL=C sort`]).split('\n');
}

export const stateOf = (machine: Container, unit: string): string =>
  machine.run(['systemctl', 'is-active', unit]).stdout.trim();

/** A card eth0 with a network behind it, there again after each boot. */
export async function giveNetwork(machine: Container): Promise<void> {
  machine.write(
    '/etc/systemd/system/test-nic.service',
    `[Unit]
DefaultDependencies=no
Before=networking.service network-pre.target
Wants=network-pre.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=ip netns add lan
ExecStart=ip link add eth0 address 02:00:00:00:00:01 type veth peer name lan0 netns lan
ExecStart=ip -n lan address add 192.0.2.1/24 dev lan0
ExecStart=ip -n lan link set lan0 up
[Install]
WantedBy=sysinit.target
`,
  );
  machine.must(['systemctl', 'enable', 'test-nic.service']);
  machine.write('/etc/network/interfaces', interfaces());
  machine.write('/etc/hosts', '127.0.0.1 localhost\n192.0.2.10 testbox\n');
  // Nobody answers there, and that at once.
  machine.write('/etc/resolv.conf', 'nameserver 127.0.0.1\n');
  await machine.reboot();
}

/** What Proxmox hosts have in the place of ifupdown. */
export function installIfupdown2(machine: Container): void {
  machine.must(['sh', '-ec', 'dpkg --install /var/cache/test-packages/ifupdown2_*.deb']);
}

/** The file of /etc/network, with another address besides its own. */
export function interfaces(another?: string, own = '192.0.2.10/24'): string {
  return `auto lo
iface lo inet loopback

auto eth0
iface eth0 inet static
    address ${own}
    gateway 192.0.2.1
${another === undefined ? '' : `    up ip address add ${another} dev eth0\n`}`;
}

export const addressesOf = (machine: Container): string =>
  machine.must(['ip', '-br', '-4', 'address', 'show', 'eth0']);

/** From the network behind the card: the SSH server answers by this address. */
export function isReached(machine: Container, address: string): boolean {
  const connect = `exec 3<>/dev/tcp/${address}/22; read -r -t 5 line <&3; echo "$line"`;
  const argv = ['timeout', '8', 'ip', 'netns', 'exec', 'lan', 'bash', '-c', connect];
  return machine.run(argv).stdout.startsWith('SSH-2.0');
}
