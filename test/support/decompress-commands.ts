// Other people's decompressors, by the ending of an archive's name; empty for a plain tar.

const commands: readonly (readonly [ending: string, command: readonly string[]])[] = [
  ['.zst', ['zstd', '-dc']],
  ['.xz', ['xz', '-dc']],
  ['.lzma', ['xz', '--format=lzma', '-dc']],
  ['.bz2', ['bzip2', '-dc']],
  ['.gz', ['gzip', '-dc']],
];

export function decompressCommands(name: string): readonly string[] {
  return commands.find(([ending]) => name.endsWith(`.tar${ending}`))?.[1] ?? [];
}
