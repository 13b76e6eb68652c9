import { expect, it } from 'vitest';
import { textOfBytes } from '../src/text-of-bytes.ts';

const text = 'hv01 # Köln 😀\r\n';
const utf16 = Buffer.from(`\uFEFF${text}`, 'utf16le');

it.each([
  ['UTF-8', Buffer.from(text, 'utf8')],
  ['UTF-8 with a mark, as Notepad has it', Buffer.from(`\uFEFF${text}`, 'utf8')],
  ['UTF-16, as Windows PowerShell has it', utf16],
  ['UTF-16 with the higher byte first', Buffer.from(utf16).swap16()],
])('a file in %s is read as the text that it shows', (_, bytes) => {
  expect(textOfBytes(bytes)).toBe(text);
});

it('a file of no bytes, and one cut in the middle of a character, are texts too', () => {
  expect(textOfBytes(Buffer.of())).toBe('');
  expect(textOfBytes(Buffer.of(0xff, 0xfe, 0x68))).toBe('\uFFFD');
});
