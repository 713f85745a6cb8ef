// SPDX-License-Identifier: AGPL-3.0-or-later
/** QR codes, made in the browser: ISO/IEC 18004, versions 1 to 25.
 *
 * Short texts have level M (versions 1 to 10); a long one, a receipt with its proof, has level L, so
 * that its modules are larger. Bytes, and digits at the end of the text three in ten bits.
 */

// From version 1: level M up to 10, then level L.
const CORRECTION = [
  ...[10, 16, 26, 18, 24, 16, 18, 22, 22, 26],
  ...[20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28, 30, 30, 26],
]; // per block
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12];
const LAST_OF_LEVEL_M = 10;
const MANY_DIGITS = /[0-9]{30,}$/;

/** Rows of dark (true) and light modules, without the quiet zone. */
export type Modules = readonly (readonly boolean[])[];

/** Return the QR code of a text, with mask `mask` or the least disturbing one. */
export function qrCode(text: string, mask?: number): Modules {
  const digits = MANY_DIGITS.exec(text)?.[0] ?? "";
  const data = new TextEncoder().encode(text.slice(0, text.length - digits.length));
  const versions = BLOCKS.map((_, v) => v + 1);
  const version = versions.find((v) => bitsOf(v, data, digits) <= 8 * dataCodewords(v));
  if (version === undefined) {
    throw new RangeError("the text is too long for a QR code");
  }
  const bits = interleave(version, frame(version, data, digits));
  const masks = mask === undefined ? [0, 1, 2, 3, 4, 5, 6, 7] : [mask];
  const drawn = masks.map((each) => draw(version, bits, each));
  return drawn.reduce((best, next) => (penalty(next) < penalty(best) ? next : best));
}

/** How many bits the number of bytes and of digits has in a version. */
function lengthBits(version: number): readonly [number, number] {
  return version < 10 ? [8, 10] : [16, 12];
}

function bitsOf(version: number, data: Uint8Array, digits: string): number {
  const [forBytes, forDigits] = lengthBits(version);
  const ofDigits = digits === "" ? 0 : 4 + forDigits + Math.ceil((10 * digits.length) / 3);
  return 4 + forBytes + 8 * data.length + ofDigits;
}

/** Return the centres of the alignment patterns, in one direction. */
function centresOf(version: number): readonly number[] {
  const count = version === 1 ? 0 : Math.floor(version / 7) + 2;
  const last = version * 4 + 10;
  const step = 2 * Math.floor((version * 8 + count * 3 + 5) / (count * 4 - 4));
  return Array.from({ length: count }, (_, i) => (i === 0 ? 6 : last - (count - 1 - i) * step));
}

/** Return the codewords of a symbol: all its modules less its patterns, in eights. */
function codewords(version: number): number {
  const count = centresOf(version).length;
  const alignment = count === 0 ? 0 : (25 * count - 10) * count - 55;
  const modules = (16 * version + 128) * version + 64 - alignment - (version < 7 ? 0 : 36);
  return Math.floor(modules / 8);
}

function dataCodewords(version: number): number {
  return codewords(version) - at(CORRECTION, version - 1) * at(BLOCKS, version - 1);
}

function at(values: ArrayLike<number>, index: number): number {
  return values[index] ?? 0;
}

/** Return the data codewords: modes, lengths, data, end, padding. */
function frame(version: number, data: Uint8Array, digits: string): Uint8Array {
  const [forBytes, forDigits] = lengthBits(version);
  const total = dataCodewords(version);
  const bits: number[] = [];
  const push = (value: number, width: number): void => {
    for (let i = width - 1; i >= 0; i--) bits.push((value >> i) & 1);
  };
  push(4, 4);
  push(data.length, forBytes);
  data.forEach((byte) => push(byte, 8));
  if (digits !== "") {
    push(1, 4);
    push(digits.length, forDigits);
    (digits.match(/.{1,3}/g) ?? []).forEach((few) => push(Number(few), 3 * few.length + 1));
  }
  push(0, Math.min(4, total * 8 - bits.length));
  push(0, (8 - (bits.length % 8)) % 8);
  const words = new Uint8Array(total);
  bits.forEach((bit, i) => (words[i >> 3] = at(words, i >> 3) | (bit << (7 - (i & 7)))));
  for (let i = bits.length / 8, pad = 0; i < total; i++, pad++) words[i] = pad % 2 ? 0x11 : 0xec;
  return words;
}

// ------------------------------------------------------------------ error correction

function times(x: number, y: number): number {
  let z = 0;
  for (let i = 7; i >= 0; i--) {
    z = (z << 1) ^ ((z >>> 7) * 0x11d);
    z ^= ((y >>> i) & 1) * x;
  }
  return z;
}

function divisor(degree: number): Uint8Array {
  const result = new Uint8Array(degree);
  result[degree - 1] = 1;
  let root = 1;
  for (let i = 0; i < degree; i++) {
    for (let j = 0; j < degree; j++) {
      result[j] = times(at(result, j), root) ^ at(result, j + 1);
    }
    root = times(root, 2);
  }
  return result;
}

function remainder(data: Uint8Array, by: Uint8Array): Uint8Array {
  const result = new Uint8Array(by.length);
  for (const byte of data) {
    const factor = byte ^ at(result, 0);
    result.copyWithin(0, 1);
    result[by.length - 1] = 0;
    by.forEach((coefficient, i) => (result[i] = at(result, i) ^ times(coefficient, factor)));
  }
  return result;
}

/** Return all codewords as bits, in the order in which they are drawn. */
function interleave(version: number, data: Uint8Array): boolean[] {
  const blocks = at(BLOCKS, version - 1);
  const by = divisor(at(CORRECTION, version - 1));
  const short = Math.floor(data.length / blocks);
  const shorts = blocks - (data.length % blocks);
  const parts: Uint8Array[] = [];
  for (let i = 0, start = 0; i < blocks; i++) {
    const end = start + short + (i < shorts ? 0 : 1);
    parts.push(data.slice(start, end));
    start = end;
  }
  const words: number[] = [];
  const spread = (columns: readonly Uint8Array[]): void => {
    for (let i = 0; i < Math.max(...columns.map((c) => c.length)); i++) {
      for (const column of columns) if (i < column.length) words.push(at(column, i));
    }
  };
  spread(parts);
  spread(parts.map((part) => remainder(part, by)));
  return words.flatMap((word) => [7, 6, 5, 4, 3, 2, 1, 0].map((i) => ((word >> i) & 1) === 1));
}

// ------------------------------------------------------------------ drawing

const MASKS: readonly ((x: number, y: number) => number)[] = [
  (x, y) => (x + y) % 2,
  (_, y) => y % 2,
  (x) => x % 3,
  (x, y) => (x + y) % 3,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
  (x, y) => ((x * y) % 2) + ((x * y) % 3),
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
];

function draw(version: number, bits: readonly boolean[], mask: number): boolean[][] {
  const size = version * 4 + 17;
  const grid = Array.from({ length: size }, () => new Array<boolean | undefined>(size));
  const set = (x: number, y: number, dark: boolean): void => {
    const row = grid[y];
    if (row !== undefined && x >= 0 && x < size) row[x] = dark;
  };
  drawPatterns(version, size, set);
  drawFormat(size, version > LAST_OF_LEVEL_M, mask, set);
  const masked = MASKS[mask] ?? (() => 1);
  let next = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let i = 0; i < size; i++) {
      const y = ((right + 1) & 2) === 0 ? size - 1 - i : i;
      for (const x of [right, right - 1]) {
        if (grid[y]?.[x] === undefined) set(x, y, (bits[next++] ?? false) !== (masked(x, y) === 0));
      }
    }
  }
  return grid.map((row) => Array.from(row, (dark) => dark === true));
}

type Setter = (x: number, y: number, dark: boolean) => void;

function drawPatterns(version: number, size: number, set: Setter): void {
  for (let i = 0; i < size; i++) {
    set(6, i, i % 2 === 0);
    set(i, 6, i % 2 === 0);
  }
  const square = (cx: number, cy: number, radius: number, light: readonly number[]): void => {
    for (let dy = -radius; dy <= radius; dy++) {
      for (let dx = -radius; dx <= radius; dx++) {
        set(cx + dx, cy + dy, !light.includes(Math.max(Math.abs(dx), Math.abs(dy))));
      }
    }
  };
  const far = size - 4;
  for (const [x, y] of [[3, 3], [far, 3], [3, far]] as const) square(x, y, 4, [2, 4]);
  const centres = centresOf(version);
  for (const y of centres) {
    for (const x of centres) {
      const corner = [x, y].filter((c) => c === 6).length;
      const taken = corner === 2 || (corner === 1 && (x === size - 7 || y === size - 7));
      if (!taken) square(x, y, 2, [1]);
    }
  }
  if (version >= 7) drawVersion(version, size, set);
}

function drawVersion(version: number, size: number, set: Setter): void {
  let rest = version;
  for (let i = 0; i < 12; i++) rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25);
  const bits = (version << 12) | rest;
  for (let i = 0; i < 18; i++) {
    const dark = ((bits >>> i) & 1) === 1;
    const [a, b] = [size - 11 + (i % 3), Math.floor(i / 3)];
    set(a, b, dark);
    set(b, a, dark);
  }
}

function drawFormat(size: number, low: boolean, mask: number, set: Setter): void {
  const format = (low ? 8 : 0) | mask; // level L is 01, level M is 00
  let rest = format;
  for (let i = 0; i < 10; i++) rest = (rest << 1) ^ ((rest >>> 9) * 0x537);
  const bits = ((format << 10) | rest) ^ 0x5412;
  const dark = (i: number): boolean => ((bits >>> i) & 1) === 1;
  for (let i = 0; i < 15; i++) {
    const near = i < 6 ? i : i < 8 ? i + 1 : i === 8 ? 7 : 14 - i;
    if (i < 8) {
      set(8, near, dark(i));
      set(size - 1 - i, 8, dark(i));
    } else {
      set(near, 8, dark(i));
      set(8, size - 15 + i, dark(i));
    }
  }
  set(8, size - 8, true);
}

/** Long runs of one colour and an uneven share of dark disturb readers. */
function penalty(grid: Modules): number {
  const lines = [...grid, ...grid.map((_, x) => grid.map((row) => row[x] === true))];
  const runs = lines
    .map((line) => line.map((dark) => (dark ? "1" : "0")).join(""))
    .flatMap((line) => [...(line.match(/0{5,}|1{5,}/g) ?? []), ...(line.match(/1011101/g) ?? [])])
    .reduce((sum, run) => sum + (run.length === 7 ? 40 : run.length - 2), 0);
  const dark = grid.flat().filter(Boolean).length / grid.length ** 2;
  return runs + Math.abs(dark - 0.5) * 200;
}
