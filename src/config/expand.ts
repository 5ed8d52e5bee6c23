// $NAME and ${NAME} in values. Single quotes do not suppress it (the Go edition has it so), and a $ that no name
// follows stays. An unknown name is left as it is written: the caller knows whether that is an error.

/** What a name stands for. `isLiteral`: its text is not expanded in turn. */
export type Lookup = (name: string) => { text: string; isLiteral: boolean } | undefined;

export interface Expanded {
  text: string;
  /** Names that stand for nothing. */
  unknown: readonly string[];
  /** Names that lead back to themselves, in order, e.g. A B A. */
  cycle?: readonly string[];
}

export function expand(text: string, lookup: Lookup, trail: readonly string[] = []): Expanded {
  const unknown: string[] = [];
  let cycle: readonly string[] | undefined;
  const result = text.replace(
    /\$(?:\{([^{}]*)\}|([A-Za-z_][A-Za-z0-9_]*))/g,
    (written, braced: string | undefined, bare: string | undefined) => {
      const name = braced ?? bare ?? '';
      const key = name.toUpperCase();
      if (trail.includes(key)) {
        cycle ??= [...trail.slice(trail.indexOf(key)), key];
        return written;
      }
      const found = lookup(name);
      if (found === undefined) {
        unknown.push(name);
        return written;
      }
      if (found.isLiteral) return found.text;
      const inner = expand(found.text, lookup, [...trail, key]);
      unknown.push(...inner.unknown);
      cycle ??= inner.cycle;
      return inner.text;
    },
  );
  return { text: result, unknown, ...(cycle === undefined ? {} : { cycle }) };
}
