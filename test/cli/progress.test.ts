import { expect, it } from 'vitest';
import { createProgress } from '../../src/cli/progress.ts';
import { capturedTerminal } from './captured-terminal.ts';

const clock = () => {
  let ms = 0;
  return { now: () => ms, pass: (seconds: number) => (ms += seconds * 1000) };
};

it('a log gets the first line at once, and later ones now and then', () => {
  const terminal = capturedTerminal();
  const time = clock();
  const progress = createProgress(terminal, time.now);
  progress.show('one');
  progress.show('two');
  time.pass(11);
  progress.show('three');
  expect(terminal.written).toEqual({ stdout: '', stderr: 'one\nthree\n' });
});

it('a log gets no line twice in a row', () => {
  const terminal = capturedTerminal();
  const time = clock();
  const progress = createProgress(terminal, time.now);
  progress.show('one');
  time.pass(60);
  progress.show('one');
  expect(terminal.written.stderr).toBe('one\n');
});

it('a terminal that does not know its width gets plain lines, not a spinner that clears lines without end', () => {
  const written: string[] = [];
  const stderr = { isTTY: true, columns: 0, write: (text: string) => written.push(text) };
  const progress = createProgress({ ...capturedTerminal(), stderr });
  progress.show('one');
  progress.stop();
  expect(written).toEqual(['one\n']);
});

it('nothing is shown after the end', () => {
  const terminal = capturedTerminal();
  const progress = createProgress(terminal);
  progress.stop();
  progress.show('late');
  expect(terminal.written.stderr).toBe('');
});
