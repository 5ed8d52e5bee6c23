import { test, expect } from 'vitest';
import { startContainer, projectInContainer } from '../support/container.ts';
test('try', async () => {
  const m = await startContainer();
  try {
    const sh = (c: string) => { const r = m.run(['sh','-c',c]); console.log('$', c, '\n', r.code, r.stdout, r.stderr); };
    m.write('/etc/systemd/system/test-nic.service', `[Unit]
DefaultDependencies=no
Before=networking.service network-pre.target
Wants=network-pre.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'ip netns add lan; ip link add eth0 address 02:00:00:00:00:01 type veth peer name lan0 netns lan; ip -n lan address add 192.0.2.1/24 dev lan0; ip -n lan link set lan0 up; ip -n lan link set lo up'
[Install]
WantedBy=sysinit.target
`);
    m.write('/etc/network/interfaces', `auto lo
iface lo inet loopback

auto eth0
iface eth0 inet static
    address 192.0.2.10/24
    gateway 192.0.2.1
    up ip address add 198.51.100.7/32 dev eth0
`);
    m.must(['systemctl','enable','test-nic.service']);
    await m.reboot();
    sh('ip -br a; ip r; systemctl --failed; systemctl is-system-running; ls -la /var/lib/proxsave');
    sh(`${projectInContainer}/proxsave backup`);
    sh(`sed -i '/198.51/d' /etc/network/interfaces; rm /etc/crontab; chmod 600 /etc/ssh/sshd_config; echo x >> /etc/ssh/sshd_config`);
    sh(`${projectInContainer}/proxsave restore latest --dry-run --files`);
    sh(`${projectInContainer}/proxsave restore latest --yes --apply-network --confirm-within 15`);
    sh('ip -br a; ip r; cat /etc/network/interfaces; ls /etc/systemd/system; journalctl -u "proxsave*" --no-pager | tail -40');
    sh(`${projectInContainer}/proxsave undo --list`);
  } finally { await m.stop(); }
}, 300000);
