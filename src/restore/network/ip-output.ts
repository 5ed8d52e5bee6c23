// Reads what `ip -j` prints.

import { z } from 'zod';
import type { LinkState } from './network-links.ts';

const addressSchema = z.array(
  z.object({
    ifname: z.string().optional(),
    addr_info: z
      .array(
        z.object({
          local: z.string().optional(),
          prefixlen: z.number().optional(),
          scope: z.string().optional(),
          dynamic: z.boolean().optional(),
        }),
      )
      .optional(),
  }),
);
const routeSchema = z.array(z.object({ gateway: z.string().optional(), dev: z.string().optional() }));

const linkSchema = z.array(
  z.object({
    ifname: z.string().optional(),
    altnames: z.array(z.string()).optional(),
    flags: z.array(z.string()).optional(),
  }),
);

export interface LiveAddress {
  interface: string;
  address: string;
  prefixLength: number;
  /** Has a lifetime: DHCP or router advertisements gave it. */
  isDynamic: boolean;
}

/** Addresses that reach beyond the link; none when the text is no such document. */
export function parseAddresses(text: string | undefined): LiveAddress[] {
  const parsed = addressSchema.safeParse(parseJson(text));
  return (parsed.data ?? []).flatMap(({ ifname, addr_info: addresses }) =>
    (addresses ?? []).flatMap(({ local, prefixlen, scope, dynamic }) =>
      ifname === undefined || local === undefined || prefixlen === undefined || scope !== 'global'
        ? []
        : [{ interface: ifname, address: local, prefixLength: prefixlen, isDynamic: dynamic === true }],
    ),
  );
}

export interface DefaultRoute {
  device: string;
  gateway: string;
}

export function parseDefaultRoutes(texts: readonly (string | undefined)[]): DefaultRoute[] {
  return texts.flatMap((text) =>
    (routeSchema.safeParse(parseJson(text)).data ?? []).flatMap(({ gateway, dev }) =>
      gateway === undefined || dev === undefined ? [] : [{ device: dev, gateway }],
    ),
  );
}

/** Of `ip -j link show`, by each name of an interface; undefined when the text is no such document. */
export function parseLinks(text: string | undefined): Map<string, LinkState> | undefined {
  const { data } = linkSchema.safeParse(parseJson(text));
  if (data === undefined) return undefined;
  return new Map(
    data.flatMap(({ ifname, altnames = [], flags = [] }) => {
      const state = flags.includes('LOWER_UP') ? 'link' : flags.includes('UP') ? 'no-link' : 'down';
      const names = ifname === undefined ? altnames : [ifname, ...altnames];
      return names.map((name) => [name, state] as const);
    }),
  );
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
