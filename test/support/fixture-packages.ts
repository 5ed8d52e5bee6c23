// The package database of a fake host, and what the package tools answer, from one list: NAME VERSION ARCHITECTURE
// manual|auto DESCRIPTION.

export interface Package {
  name: string;
  version: string;
  architecture: string;
  isManual: boolean;
  description: string;
}

export function parsePackages(text: string): Package[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [name = '', version = '', architecture = '', how, ...description] = line.split(' ');
      return { name, version, architecture, isManual: how === 'manual', description: description.join(' ') };
    });
}

/** /var/lib/dpkg/status. */
export function renderStatus(packages: readonly Package[]): string {
  return packages
    .map((each) =>
      [
        `Package: ${each.name}`,
        'Status: install ok installed',
        'Priority: optional',
        'Section: admin',
        'Installed-Size: 1024',
        'Maintainer: Test data <test@example.net>',
        `Architecture: ${each.architecture}`,
        `Version: ${each.version}`,
        `Description: ${each.description}`,
        ' Stand-in of the fake host.',
        '',
        '',
      ].join('\n'),
    )
    .join('');
}

/** Sections for stubs/answer.sh. */
export function packageAnswers(packages: readonly Package[]): string {
  const lines = (pick: (each: Package) => string) => packages.map(pick).join('\n');
  const listing = lines((each) =>
    [
      'ii ',
      each.name.padEnd(28),
      each.version.padEnd(24),
      each.architecture.padEnd(12),
      each.description,
    ].join(' '),
  );
  const manual = packages.filter((each) => each.isManual).map((each) => each.name);
  return [
    '$ dpkg -l',
    'Desired=Unknown/Install/Remove/Purge/Hold',
    '| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend',
    '|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)',
    '||/ Name                         Version                  Architecture Description',
    `+++-${'='.repeat(28)}-${'='.repeat(24)}-${'='.repeat(12)}-${'='.repeat(40)}`,
    listing,
    '$ dpkg --get-selections',
    lines((each) => `${each.name}\t\t\t\t\tinstall`),
    '$ dpkg --print-architecture',
    'amd64',
    '$ dpkg-query -W*',
    lines((each) => `${each.name}\t${each.version}`),
    '$ apt-mark showmanual',
    ...manual,
    // Last: no answer at all.
    '$ dpkg --print-foreign-architectures',
    '$ apt-mark showhold',
    '',
  ].join('\n');
}
