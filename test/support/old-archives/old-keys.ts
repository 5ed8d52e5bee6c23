// Keys that the existing edition derives from the passphrase `Correct-Horse-42`, one for each kind of salt. From an
// independent implementation of the derivation; `age-keygen -y` confirms each pair.

export const oldPassphrase = 'Correct-Horse-42';

export const oldKeys = {
  v2: {
    salt: 'proxsave/age-passphrase/v2:000102030405060708090a0b0c0d0e0f',
    recipient: 'age1wwu24t062u59zzhd53zkfk992et84tk2fat6vey2fxfhfgccqukqauu2f6',
    identity: 'AGE-SECRET-KEY-19PEQWY4LH25WLJ9XCSPJQC6ERVJDJNQZ4AFYPMKH2LUCNHJZ2AZSA8984S',
  },
  v1: {
    salt: 'proxsave/age-passphrase/v1',
    recipient: 'age1ufnnhqymtruyt9j3dujjd8yu6s95tnc4tr0c2x0pdttycg3aedjqn9mqmc',
    identity: 'AGE-SECRET-KEY-1UQ9Z4TXHNJQ44LN3KTVF7HL4R0PURFHW82GJ00M6MSD6URXG7FXQG0SJ5T',
  },
  legacy: {
    salt: 'proxmox-backup-go/age-passphrase/v1',
    recipient: 'age1c6n0hhx2ynp62sahl8rw4mu0k68cn9df638her04susqaqwzfskscu2fnn',
    identity: 'AGE-SECRET-KEY-16QAC0Z5SEQVJGYK89K3YS4XY3GL937DWX3FP8AGMZHPU4VRQ8AWQHJJLGZ',
  },
} as const;
