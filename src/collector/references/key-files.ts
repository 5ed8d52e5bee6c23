// Key and credential files that crypttab and fstab name. A volume whose key file is lost is lost with it.

const fstabOptions = new Set([
  'credentials',
  'cred',
  'passwd',
  'passfile',
  'keyfile',
  'identityfile',
  'secretfile',
]);
/** A detached LUKS header is as indispensable as the key. */
const crypttabOptions = new Set(['header']);
const volatilePlace = /^\/(dev|proc|sys|run)(\/|$)/;

/**
 * Absolute paths of the files that crypttab(5) (third field, `header=`) and fstab(5) (options such as `credentials=`)
 * name; sorted, each once. Files on another device (`/key:UUID=...`) and volatile ones (/dev/urandom) are left out.
 */
export function referencedKeyFiles(crypttab: string, fstab: string): string[] {
  const named = [
    ...rowsOf(crypttab).flatMap(([, , keyFile = '', options = '']) => [
      keyFile,
      ...optionValues(options, crypttabOptions),
    ]),
    ...rowsOf(fstab).flatMap(([, , , options = '']) => optionValues(options, fstabOptions)),
  ];
  const paths = named.map(unescapeField).filter(isSavedFile);
  return [...new Set(paths)].sort();
}

function rowsOf(table: string): string[][] {
  return table
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(/\s+/));
}

function optionValues(options: string, names: ReadonlySet<string>): string[] {
  return options.split(',').flatMap((option) => {
    const at = option.indexOf('=');
    return at > 0 && names.has(option.slice(0, at).toLowerCase()) ? [option.slice(at + 1)] : [];
  });
}

/** White space stands as `\040` and the like. */
function unescapeField(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_match, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

function isSavedFile(path: string): boolean {
  const isOnOtherDevice = /:(\/dev\/|[A-Z]+=)/.test(path);
  return path.startsWith('/') && !path.endsWith('/') && !isOnOtherDevice && !volatilePlace.test(path);
}
