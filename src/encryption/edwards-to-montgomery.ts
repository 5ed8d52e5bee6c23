// Turns an Ed25519 public key into the X25519 one of the same secret (RFC 7748, section 4.1: u = (1 + y) / (1 - y)). Works
// on public data only, so it need not take constant time.

const prime = 2n ** 255n - 19n;
const minusOne = prime - 1n;
/** The d of the curve: -121665 / 121666. */
const curveD = 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n;

/** 32 bytes to 32 bytes; undefined when they are no point of the curve, or one that has no counterpart. */
export function edwardsToMontgomery(point: Buffer): Buffer | undefined {
  const reversed = Buffer.from(point).reverse();
  // The topmost bit is the sign of x, which does not matter here.
  reversed[0] = (reversed[0] ?? 0) & 0x7f;
  const y = BigInt(`0x${reversed.toString('hex')}`);
  if (y >= prime || y === 1n || !isOnCurve(y)) return undefined;
  const u = ((1n + y) * inverse(prime + 1n - y)) % prime;
  return Buffer.from(u.toString(16).padStart(64, '0'), 'hex').reverse();
}

/** Whether x^2 = (y^2 - 1) / (d y^2 + 1) has a solution. */
function isOnCurve(y: bigint): boolean {
  const ySquared = (y * y) % prime;
  const xSquared = ((ySquared + minusOne) * inverse((curveD * ySquared + 1n) % prime)) % prime;
  return xSquared === 0n || power(xSquared, minusOne / 2n) === 1n;
}

function inverse(value: bigint): bigint {
  return power(value, prime - 2n);
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (
    let square = base % prime, bits = exponent;
    bits > 0n;
    bits >>= 1n, square = (square * square) % prime
  ) {
    if ((bits & 1n) === 1n) result = (result * square) % prime;
  }
  return result;
}
