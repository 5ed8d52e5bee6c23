// A QR code as text for a terminal or a printer: two modules a character, light on dark turned round so that cameras read it
// on a dark terminal too (the quiet zone is drawn).

import qrcode from 'qrcode-generator';

const quietModules = 2;

/** Lines of half blocks. The text should be short (an identity has 74 characters). */
export function renderQrCode(text: string): string[] {
  const code = qrcode(0, 'M');
  code.addData(text, /^[0-9A-Z $%*+\-./:]*$/u.test(text) ? 'Alphanumeric' : 'Byte');
  code.make();
  const size = code.getModuleCount();
  const isDark = (row: number, column: number) =>
    row >= 0 && column >= 0 && row < size && column < size && code.isDark(row, column);
  const lines: string[] = [];
  for (let row = -quietModules; row < size + quietModules; row += 2) {
    let text = '';
    for (let column = -quietModules; column < size + quietModules; column += 1) {
      const [upper, lower] = [!isDark(row, column), !isDark(row + 1, column)];
      text += upper ? (lower ? '█' : '▀') : lower ? '▄' : ' ';
    }
    lines.push(text);
  }
  return lines;
}
