// Colours, only where the stream is a terminal and the user did not refuse them.

export interface Style {
  bold: (text: string) => string;
  dim: (text: string) => string;
  red: (text: string) => string;
  yellow: (text: string) => string;
  green: (text: string) => string;
}

const plain = (text: string) => text;
const plainStyle: Style = { bold: plain, dim: plain, red: plain, yellow: plain, green: plain };

function code(start: number, end: number): (text: string) => string {
  return (text) => `\u001b[${start}m${text}\u001b[${end}m`;
}

const colourStyle: Style = {
  bold: code(1, 22),
  dim: code(2, 22),
  red: code(31, 39),
  yellow: code(33, 39),
  green: code(32, 39),
};

export function styleFor(isColourful: boolean): Style {
  return isColourful ? colourStyle : plainStyle;
}
