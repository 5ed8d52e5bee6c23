// The suite of the Store contract on directories of this machine, through rclone.

import { join } from 'node:path';
import { hasPrograms } from '../support/needs.ts';
import { writeRcloneConfig } from '../support/rclone-remotes.ts';
import { addRcloneThatCannotMove } from '../support/rclone-stub.ts';
import { rcloneUnderTest } from '../support/rclone-store.ts';
import { scratchDirectory, storeSuite } from '../support/store-suite.ts';

const skip = hasPrograms('rclone') ? false : 'rclone is not installed';

storeSuite(
  'a local directory of rclone',
  () => {
    const directory = join(scratchDirectory(), 'umlaute ä und Leerzeichen');
    return rcloneUnderTest(directory, { remote: directory });
  },
  { skip },
);

storeSuite(
  'a remote that cannot move files, looked at in listings, with the write test',
  () => {
    const base = scratchDirectory();
    const env = { PATH: `${addRcloneThatCannotMove(base)}:${process.env.PATH ?? ''}` };
    const configFile = join(base, 'rclone.conf');
    writeRcloneConfig(configFile, { 'my nas': `type = alias\nremote = ${base}/nas` });
    const options = {
      remote: 'my nas:',
      path: '/a/b/',
      configFile,
      lookAt: 'directory',
      writeTest: true,
    } as const;
    return rcloneUnderTest(join(base, 'nas/a/b'), options, env);
  },
  { skip },
);
