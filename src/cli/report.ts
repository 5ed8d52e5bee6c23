import type { Command } from './command.ts';
export const reportCommand: Command = { name: 'report', summary: 'x', arguments: [], options: [], examples: [], exits: [], run: () => Promise.resolve(0) };
