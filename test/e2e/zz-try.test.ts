import { test } from 'vitest';
import { startContainer } from '../support/container.ts';
import { giveNetwork, interfaces } from '../support/proxsave-machine.ts';
test('try', async () => {
  const m = await startContainer();
  try {
    const sh = (c: string) => { const r = m.run(['sh','-c',c]); console.log('$', c, '\n', r.code, r.stdout, r.stderr); };
    await giveNetwork(m);
    sh('cp /etc/network/interfaces /run/old; cat /run/network/ifstate');
    m.write('/etc/network/interfaces', interfaces('198.51.100.7/32'));
    sh('ifdown --verbose --force -i /run/old eth0; ip -4 -br a; ip address flush dev eth0 scope global; ip -4 -br a; cat /run/network/ifstate');
    sh('ifup --verbose --force eth0; ip -4 -br a; cat /run/network/ifstate');
  } finally { await m.stop(); }
}, 300000);
