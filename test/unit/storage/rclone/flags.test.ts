import { expect, test } from 'vitest';
import { parseWords } from '../../../../src/config/parse-list.ts';
import { splitFlags } from '../../../../src/storage/rclone/flags.ts';

const split = (text: string) => {
  const parsed = parseWords(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return splitFlags(parsed.value);
};

test('flags stay in their order, and quotes keep spaces together', () => {
  expect(split(`--checkers=4 --exclude "my files/**" -v --user-agent='a b'`)).toEqual({
    argv: ['--checkers=4', '--exclude', 'my files/**', '-v', '--user-agent=a b'],
    env: {},
  });
});

test('secrets go through the environment', () => {
  expect(split('--sftp-pass hidden --checkers 4 --s3-secret-access-key=hidden --ask-password')).toEqual({
    argv: ['--checkers', '4', '--ask-password'],
    env: { RCLONE_SFTP_PASS: 'hidden', RCLONE_S3_SECRET_ACCESS_KEY: 'hidden' },
  });
  expect(split('--header "Authorization: Bearer hidden"').argv).toEqual([]);
});

test('the configuration file is taken out: it is given once, by name', () => {
  expect(split('--config "/etc/my rclone.conf" -v')).toEqual({
    argv: ['-v'],
    env: {},
    configFile: '/etc/my rclone.conf',
  });
  expect(split('--config=/x').configFile).toBe('/x');
});

test.each(['--dry-run', '-n', '--interactive', '-i', '--dry-run=true', '-n=true', '-vn', '-Pvi'])(
  '%s is refused: it would make every copy a pretended one',
  (flag) => {
    expect(() => split(`-v ${flag}`)).toThrow(/RCLONE_FLAGS holds/);
  },
);
