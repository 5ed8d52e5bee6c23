import { expect, test } from 'vitest';
import { asRealPath } from '../../../src/host/host.ts';
import { listMissingPackages } from '../../../src/orchestrator/restore/hand-out.ts';
import { fakeHost } from '../host/fake-root.ts';

const handedOut = '/export/var/lib/proxsave-info/commands/system/packages/apt_manual.txt';

test('packages are missing that were asked for there and are not installed here, essential ones or not', () => {
  const host = fakeHost({
    files: {
      [handedOut]: 'bash\nhtop\nlibc6:amd64\nremoved\nzfsutils-linux\n',
      '/var/lib/dpkg/status': [
        'Package: bash\nEssential: yes\nStatus: install ok installed\nVersion: 5',
        'Package: libc6\nStatus: install ok installed\nVersion: 2',
        'Package: removed\nStatus: deinstall ok config-files\nVersion: 1\n',
      ].join('\n\n'),
    },
  });
  const missing = listMissingPackages(host, asRealPath(host.resolve('/export')));
  expect(missing?.count).toBe(3);
  expect(host.fs.readText(host.resolve('/export/missing-packages.txt'))).toBe(
    'htop\nremoved\nzfsutils-linux\n',
  );
});
