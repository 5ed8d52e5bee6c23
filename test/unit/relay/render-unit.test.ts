import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { renderRelayUnit } from '../../../src/relay/render-unit.ts';
import { hasPrograms } from '../../support/needs.ts';

const request = { program: process.execPath, configFile: '/etc/proxsave/backup.env' };

test('the service gets the configuration as a credential and has a user of its own', () => {
  const unit = renderRelayUnit(request);
  expect(unit).toContain('LoadCredential=backup.env:/etc/proxsave/backup.env\n');
  expect(unit).toContain(`ExecStart=${process.execPath} relay --config %d/backup.env\n`);
  expect(unit).toContain('DynamicUser=yes\n');
  expect(unit).not.toContain('relay.key');
});

test('a program whose path holds odd characters is quoted', () => {
  const unit = renderRelayUnit({ ...request, program: '/srv/my "50%" tools/proxsave' });
  expect(unit).toContain('ExecStart="/srv/my \\"50%%\\" tools/proxsave" relay');
});

test('with TLS the key comes in as a credential too', () => {
  const unit = renderRelayUnit({ ...request, tls: { certFile: '/c%.pem', keyFile: '/k.pem' } });
  expect(unit).toContain('LoadCredential=relay.crt:/c%%.pem\nLoadCredential=relay.key:/k.pem\n');
});

test.skipIf(!hasPrograms('systemd-analyze'))('systemd understands every line (needs systemd-analyze)', () => {
  const directory = mkdtempSync(join(tmpdir(), 'proxsave-unit-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, 'proxsave-relay.service');
  writeFileSync(file, renderRelayUnit({ ...request, tls: { certFile: '/c.pem', keyFile: '/k.pem' } }));
  const output = execFileSync('sh', [
    '-c',
    'systemd-analyze verify --man=no "$1" 2>&1 || true',
    'sh',
    file,
  ]).toString();
  expect(output.split('\n').filter((line) => line.includes('proxsave-relay'))).toEqual([]);
  const exposure = execFileSync('systemd-analyze', [
    'security',
    '--offline=true',
    '--no-pager',
    file,
  ]).toString();
  expect(exposure).toMatch(/Overall exposure level for proxsave-relay\.service: [01]\.\d OK/);
});
