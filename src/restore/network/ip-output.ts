// Reads what `ip -j` prints.

import { z } from 'zod';

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

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
