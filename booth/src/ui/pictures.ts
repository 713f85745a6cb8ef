// SPDX-License-Identifier: AGPL-3.0-or-later
/** What a parent keeps: pictures made in the browser, and files offered by the page. */

import type { Modules } from "./qr.ts";

const QUIET_ZONE = 4; // modules, as ISO/IEC 18004 asks
const WIDTH = 720;
const HEIGHT = 1100;

/** The words of a receipt, and the QR code of its link. */
export interface Receipt {
  readonly title: string;
  readonly election: string;
  readonly school: string;
  readonly trackerLabel: string;
  readonly tracker: string;
  readonly note: string;
  readonly code: Modules;
}

/** Return the address of a picture of a QR code. */
export function qrPicture(modules: Modules): string {
  const side = modules.length + 2 * QUIET_ZONE;
  const canvas = newCanvas(side * 8, side * 8);
  drawQr(context(canvas), modules, 0, 0, side * 8);
  return canvas.toDataURL("image/png");
}

/** Return the address of the picture of a receipt: no name, no choice, no time. */
export function receiptPicture(receipt: Receipt): string {
  const canvas = newCanvas(WIDTH, HEIGHT);
  const paper = context(canvas);
  paper.strokeStyle = "#17505f";
  paper.lineWidth = 6;
  paper.strokeRect(18, 18, WIDTH - 36, HEIGHT - 36);
  paper.textAlign = "center";
  let y = line(paper, receipt.title, "600 46px Georgia, serif", 105);
  y = line(paper, receipt.election, "28px sans-serif", y + 24);
  y = line(paper, receipt.school, "28px sans-serif", y + 8);
  y = line(paper, receipt.trackerLabel, "26px sans-serif", y + 34);
  y = line(paper, receipt.tracker, "600 44px monospace", y + 26);
  const side = Math.min(500, HEIGHT - y - 100);
  drawQr(paper, receipt.code, (WIDTH - side) / 2, y, side);
  line(paper, receipt.note, "24px sans-serif", HEIGHT - 62);
  return canvas.toDataURL("image/png");
}

/** Let links save this content under this name. */
export function offerFile(links: NodeListOf<HTMLAnchorElement>, address: string, name: string): void {
  for (const link of links) {
    link.href = address;
    link.download = name;
  }
}

function newCanvas(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const paper = context(canvas);
  paper.fillStyle = "#ffffff";
  paper.fillRect(0, 0, width, height);
  paper.fillStyle = "#1b2430";
  return canvas;
}

function context(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const found = canvas.getContext("2d");
  if (found === null) {
    throw new Error("this browser cannot draw");
  }
  return found;
}

/** Write a text, over as many lines as it needs, and return where the next one may begin. */
function line(paper: CanvasRenderingContext2D, text: string, font: string, y: number): number {
  paper.font = font;
  const height = Number(/(\d+)px/.exec(font)?.[1]) * 1.3;
  let written = "";
  let at = y;
  for (const word of text.split(" ")) {
    const longer = written === "" ? word : `${written} ${word}`;
    if (paper.measureText(longer).width > WIDTH - 110 && written !== "") {
      paper.fillText(written, WIDTH / 2, at);
      at += height;
      written = word;
    } else {
      written = longer;
    }
  }
  paper.fillText(written, WIDTH / 2, at);
  return at + height;
}

function drawQr(
  paper: CanvasRenderingContext2D,
  modules: Modules,
  x: number,
  y: number,
  side: number,
): void {
  const size = Math.floor(side / (modules.length + 2 * QUIET_ZONE));
  const margin = Math.floor((side - size * modules.length) / 2);
  const [left, top] = [Math.round(x) + margin, Math.round(y) + margin];
  modules.forEach((row, j) =>
    row.forEach((dark, i) => {
      if (dark) {
        paper.fillRect(left + i * size, top + j * size, size, size);
      }
    }),
  );
}
