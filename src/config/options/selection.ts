import { bool, list, section, size } from '../kinds.ts';

export const selection = section(
  'selection',
  'What is left out, what is added',
  'Limits, exclusions and paths of your own. They apply to every part of the backup.',
  {
    MAX_FILE_SIZE: size({
      default: '256M',
      doc: 'Larger files are skipped with a warning that names them, so that a disk image in /root does not become the backup. 0: no limit.',
    }),
    CUSTOM_BACKUP_PATHS: list({
      default: '',
      items: 'path',
      repeatable: true,
      doc: 'More files and directories to save. A path that does not exist is a warning.',
    }),
    BACKUP_EXCLUDE_PATTERNS: list({
      default:
        '**/.cache/**, **/node_modules/**, **/.npm/**, **/.nvm/versions/**, **/.pyenv/versions/**, **/.rustup/toolchains/**, **/.cargo/registry/**, **/go/pkg/mod/**, /var/tmp/**',
      items: 'glob',
      repeatable: true,
      doc: 'What is not saved: * stays within a directory, ** crosses directories, a bare name matches at any depth. Setting the key replaces the default list.',
    }),
    BACKUP_BLACKLIST: list({
      default: '',
      items: 'glob',
      repeatable: true,
      doc: 'More paths and patterns that are not saved, added to BACKUP_EXCLUDE_PATTERNS.',
    }),
    BACKUP_USER_HOMES: bool({
      default: 'true',
      doc: 'Save the home directories below /home, within USER_HOMES_MAX_FILE_SIZE and USER_HOMES_EXCLUDE_PATTERNS. (The older edition once had this key, then always saved them.)',
    }),
    USER_HOMES_MAX_FILE_SIZE: size({
      default: '16M',
      doc: 'Size limit for a file below /home; 0 applies MAX_FILE_SIZE only.',
    }),
    USER_HOMES_EXCLUDE_PATTERNS: list({
      default:
        '**/.cache/**, **/.npm/**, **/.cargo/registry/**, **/go/pkg/**, **/.local/share/Trash/**, **/.vscode-server/**, **/.cursor-server/**, **/Downloads/**, **/__pycache__/**',
      items: 'glob',
      repeatable: true,
      doc: 'What is not saved below /home, besides BACKUP_EXCLUDE_PATTERNS. Setting the key replaces the default list.',
    }),
  },
);
