// What every storage tier can do. One file a kind of tier implements it; one contract suite tests them all.

export type TierName = 'primary' | 'secondary' | 'cloud';

export interface StoredFile {
  name: string;
  sizeBytes: number;
  modified: Date;
}

export interface StoreSpace {
  totalBytes: number;
  availableBytes: number;
}

export interface Store {
  readonly tier: TierName;
  /** For people: a directory or remote:path. */
  readonly location: string;
  /** Makes the place ready and proves that it can be written to. Throws StorageError and its kin. */
  prepare(): void;
  /** Finished files only; unfinished ones (`.partial`) never show. */
  list(): Promise<StoredFile[]>;
  /** Bytes of a file from `offset`; fewer at its end. */
  readRange(name: string, offset: number, length: number): Promise<Buffer>;
  remove(name: string): Promise<void>;
  /** undefined: this kind of tier does not know. */
  space(): StoreSpace | undefined;
}
