// SPDX-License-Identifier: AGPL-3.0-or-later
/** QR codes in front of the camera, or in a picture: by the browser, or by the library in the page. */

import decodeQR from "qr/decode.js";

/** The part of the browser's own reader that is used here; not every browser has one. */
interface Detector {
  detect(image: CanvasImageSource): Promise<readonly { readonly rawValue: string }[]>;
}
type DetectorMaker = new (options: { formats: readonly string[] }) => Detector;

const PAUSE_MS = 120;
const LONGEST_SIDE = 1600; // a photograph of many megapixels is read no better

/** Tell whether this browser can be asked for its camera, here. */
export function hasCamera(): boolean {
  return typeof navigator.mediaDevices?.getUserMedia === "function";
}

/** The camera, while it is open. */
export class Camera {
  private readonly video: HTMLVideoElement;
  private stream: MediaStream | null = null;

  constructor(video: HTMLVideoElement) {
    this.video = video;
  }

  /** Open the camera and give the text of each code it sees, until one is taken or `close` is called.
   *
   * `take` answers whether the text was what was looked for. It throws what the browser throws
   * where there is no camera, or where it was not allowed.
   */
  async read(take: (text: string) => boolean): Promise<void> {
    this.close();
    const size = { ideal: 1280 };
    const stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment", width: size, height: size },
    });
    this.stream = stream;
    this.video.srcObject = stream;
    await this.video.play();
    while (this.stream === stream) {
      const text = await readCode(this.video, this.video.videoWidth, this.video.videoHeight);
      if (this.stream === stream && text !== null && take(text)) {
        return this.close();
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  /** Close the camera, so that its light goes out. */
  close(): void {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.video.srcObject = null;
  }
}

/** Return the text of the QR code in a picture, null where none is seen; undefined: no picture. */
export async function readPicture(file: Blob): Promise<string | null | undefined> {
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file);
  } catch {
    return undefined;
  }
  return readCode(picture, picture.width, picture.height);
}

async function readCode(image: CanvasImageSource, width: number, height: number): Promise<string | null> {
  if (width === 0 || height === 0) {
    return null; // the camera gives no picture yet
  }
  return (await detected(image)) ?? decoded(image, width, height);
}

/** Return what the browser's own reader sees; null if it has none, or sees nothing. */
async function detected(image: CanvasImageSource): Promise<string | null> {
  const maker: unknown = Reflect.get(globalThis, "BarcodeDetector");
  if (typeof maker !== "function") {
    return null;
  }
  try {
    const found = await new (maker as DetectorMaker)({ formats: ["qr_code"] }).detect(image);
    return found[0]?.rawValue ?? null;
  } catch {
    return null; // it is there by name only
  }
}

/** Return what the library reads; null if it reads nothing. */
function decoded(image: CanvasImageSource, width: number, height: number): string | null {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const paper = canvas.getContext("2d", { willReadFrequently: true });
  if (paper === null) {
    return null;
  }
  paper.drawImage(image, 0, 0, canvas.width, canvas.height);
  try {
    return decodeQR(paper.getImageData(0, 0, canvas.width, canvas.height));
  } catch {
    return null; // no code in this picture
  }
}
