// From what the configuration asks for to what is really used: level by mode, threads, memory, and gzip when the host
// lacks the program.

import { UsageError } from '../errors.ts';
import type { ReportFinding } from '../findings.ts';
import type { Host } from '../host/host.ts';
import type { Codec, CompressionRequest, CompressionSettings } from './codec.ts';
import { codecFor } from './codecs/index.ts';

export type ResolvedCompression = CompressionSettings & { codec: Codec };

const mebibyte = 1024 * 1024;
/** Below it xz could not even work at a middling level. */
const minMemoryLimitBytes = 256 * mebibyte;
/** zstd above this level needs about 1 GiB and has no cap of its own. */
const maxSmallMemoryZstdLevel = 19;

/**
 * @throws UsageError when level or number of threads is out of range
 */
export function resolveCodec(
  host: Host,
  request: CompressionRequest,
  report: ReportFinding,
): ResolvedCompression {
  if (!Number.isInteger(request.threads) || request.threads < 0) {
    throw new UsageError(`COMPRESSION_THREADS=${request.threads} is not a number of threads`, {
      hint: 'Set 0 (one a processor) or a whole number above it.',
    });
  }
  const wanted = codecFor(request.type);
  const wantedLevel = levelFor(wanted, request);
  const codec = isUsable(host, wanted) ? wanted : fallBack(wanted, report);
  const level = codec === wanted ? wantedLevel : levelFor(codec, { ...request, level: undefined });
  const memoryLimitBytes = memoryLimitOf(host, request);
  return {
    codec,
    type: codec.type,
    level: codec.type === 'zst' ? zstdLevelWithin(memoryLimitBytes, level, report) : level,
    mode: request.mode,
    threads: request.threads === 0 ? host.process.cpuCount : request.threads,
    memoryLimitBytes,
  };
}

function memoryLimitOf(host: Host, { memoryLimitBytes = 0 }: CompressionRequest): number {
  if (memoryLimitBytes > 0) return memoryLimitBytes;
  return Math.max(minMemoryLimitBytes, Math.floor(host.process.memoryBytes / 4));
}

function isUsable(host: Host, codec: Codec): boolean {
  return (
    codec.programs.length === 0 || codec.programs.some((program) => host.tools.find(program) !== undefined)
  );
}

function fallBack(wanted: Codec, report: ReportFinding): Codec {
  report({
    severity: 'warning',
    code: 'compression-fallback',
    message: `COMPRESSION_TYPE=${wanted.type} needs ${wanted.programs.join(' or ')}, which is not installed: gz is used instead`,
    hint: 'Install the program, or set COMPRESSION_TYPE=zst or gz, which need none.',
  });
  return codecFor('gz');
}

/** Levels by mode: those of the existing edition. */
function levelFor(codec: Codec, { mode, level }: Pick<CompressionRequest, 'mode' | 'level'>): number {
  if (codec.levels === null) return 0;
  if (mode === 'fast') return 1;
  if (mode === 'maximum') return codec.type === 'zst' ? 19 : 9;
  if (mode === 'ultra') return codec.levels.max;
  if (level === undefined) return codec.levels.default;
  const { min, max } = codec.levels;
  if (!Number.isInteger(level) || level < min || level > max) {
    throw new UsageError(`COMPRESSION_LEVEL=${level} is out of range for COMPRESSION_TYPE=${codec.type}`, {
      hint: `Set a level from ${min} to ${max}.`,
    });
  }
  return level;
}

function zstdLevelWithin(memoryLimitBytes: number, level: number, report: ReportFinding): number {
  if (level <= maxSmallMemoryZstdLevel || memoryLimitBytes >= 1024 * mebibyte) return level;
  report({
    severity: 'info',
    code: 'compression-level-lowered',
    message: `zstd level ${level} needs about 1 GiB of memory, too much for this host: level ${maxSmallMemoryZstdLevel} is used`,
  });
  return maxSmallMemoryZstdLevel;
}
