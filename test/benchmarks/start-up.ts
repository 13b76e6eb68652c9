// npm run bench:start-up: how long the built Functions app takes from the start of its process to its functions listed,
// and its memory then. Median of several starts; a folder with an unpacked package may be given.
import { fileURLToPath } from 'node:url';
import { loadApp } from '../package/load-app.ts';

const starts = 9;
const folder = process.argv[2] ?? fileURLToPath(new URL('../..', import.meta.url));
const loaded = [];
for (let start = 0; start < starts; start += 1) loaded.push(await loadApp(folder));
const sorted = (values: readonly number[]): readonly number[] => values.toSorted((a, b) => a - b);
const times = sorted(loaded.map(({ startMs }) => startMs));
const memory = sorted(loaded.map(({ memory }) => memory));
const middle = Math.floor(starts / 2);
process.stdout.write(
  `${loaded[0]?.functions.length} functions listed after ${times[middle]} ms (${times[0]} to ${times.at(-1)} ms in ${starts} starts), ` +
    `${Math.round((memory[middle] ?? 0) / 1_048_576)} MiB\n`,
);
