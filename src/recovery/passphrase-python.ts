// The identity of a passphrase in a page of Python, for recover.sh: the same derivation as src/encryption makes (scrypt,
// N=32768, r=8, p=1, clamped to an X25519 key, bech32), for the salt of the archive and the fixed salts of older ones.

/** Reads the passphrase from stdin, the salt from the first argument; prints one identity a line. */
export const bech32Python = `import hashlib, sys

CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def polymod(values):
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, term in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            if top >> bit & 1:
                check ^= term
    return check


def bech32(prefix, data):
    bits = "".join(f"{byte:08b}" for byte in data)
    bits += "0" * (-len(bits) % 5)
    words = [int(bits[at : at + 5], 2) for at in range(0, len(bits), 5)]
    head = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    rest = polymod(head + words + [0] * 6) ^ 1
    return prefix + "1" + "".join(CHARSET[w] for w in words + [rest >> 5 * (5 - i) & 31 for i in range(6)])


given = sys.stdin.buffer.read()
if given.endswith(b"\\r\\n"):
    given = given[:-2]
elif given.endswith(b"\\n"):
    given = given[:-1]
if not given:
    sys.exit("the passphrase is empty")
salts = [sys.argv[1]] if len(sys.argv) > 1 and sys.argv[1] else []
salts += ["proxsave/age-passphrase/v1", "proxmox-backup-go/age-passphrase/v1"]
forms = [given] + ([given.strip()] if given.strip() not in (given, b"") else [])
for form in forms:
    for salt in dict.fromkeys(salts):
        key = bytearray(hashlib.scrypt(form, salt=salt.encode(), n=32768, r=8, p=1, dklen=32, maxmem=1 << 26))
        key[0] &= 248
        key[31] = key[31] & 127 | 64
        print(bech32("age-secret-key-", key).upper())
`;
