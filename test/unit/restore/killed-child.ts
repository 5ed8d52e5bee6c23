// Restores a root in a process of its own, which kills itself with SIGKILL at one of its effects.
// Arguments: root, directory that is the archive, state directory, number of the effect.

import { createHost } from '../../../src/host/create-host.ts';
import { asRealPath } from '../../../src/host/host.ts';
import { applyRestore } from '../../../src/restore/engine/apply-restore.ts';
import { prepareRestore } from '../../../src/restore/engine/prepare-restore.ts';
import { planRestore } from '../../../src/restore/plan/plan-restore.ts';
import { dyingHost } from './dying-host.ts';
import { archiveOf, sourceOf } from './restore-archive.ts';
import { optionsFor } from './restore-options.ts';

const [root = '', original = '', statePath = '', at = ''] = process.argv.slice(2);
const real = createHost({ root, env: { PATH: process.env.PATH } });
const { host } = dyingHost(real, Number(at), () => process.kill(process.pid, 'SIGKILL'));
const source = sourceOf(archiveOf(original));
const options = optionsFor(real);
const { plan } = await planRestore(host, source, options);
const state = asRealPath(statePath);
const { id } = await prepareRestore(host, source, plan, { ...options, state });
await applyRestore(host, state, id);
