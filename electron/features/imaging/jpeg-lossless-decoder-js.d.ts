/** The package ships types that its exports map does not name. */
declare module "jpeg-lossless-decoder-js" {
  export class Decoder {
    decompress(data: ArrayBuffer): ArrayBuffer;
  }
}
