// Counts the files of each area from the lines of the index as they pass, without parsing them (index-writer.ts puts them
// together: no text inside a JSON string can look like one of the keys).

import type { IndexEntry } from '../index/index-file.ts';
import { areaKey } from '../index/index-writer.ts';

export interface AreaFiles {
  files: number;
  /** Sum of file contents. */
  bytes: number;
}

const fileType = ',"type":"file",';
const sizeKey = ',"size":';

export class AreaTally {
  /** By the area's id as JSON text. */
  readonly #counts = new Map<string, AreaFiles>();

  /** @param areaAt where the line's last key begins */
  addLine(line: string, areaAt: number): void {
    const area = line.slice(areaAt + areaKey.length, line.lastIndexOf('}'));
    const isFile = line.includes(fileType);
    const size = isFile ? Number.parseInt(line.slice(line.indexOf(sizeKey) + sizeKey.length), 10) : 0;
    this.#add(area, isFile, size);
  }

  add({ area, type, size }: IndexEntry): void {
    this.#add(JSON.stringify(area), type === 'file', size);
  }

  /** undefined: no entry of this area. */
  get(id: string): AreaFiles | undefined {
    return this.#counts.get(JSON.stringify(id));
  }

  get areaCount(): number {
    return this.#counts.size;
  }

  #add(area: string, isFile: boolean, size: number): void {
    let counts = this.#counts.get(area);
    if (counts === undefined) {
      counts = { files: 0, bytes: 0 };
      this.#counts.set(area, counts);
    }
    if (!isFile) return;
    counts.files += 1;
    counts.bytes += size;
  }
}
