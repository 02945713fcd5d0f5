/**
 * What a page paints besides its letters: ruled lines (the skeleton of tables), images (figures),
 * and the places where text is painted so that nobody sees it.
 */
export type Rule = { x0: number; y0: number; x1: number; y1: number };
/** `rules` run across, `uprights` up and down. */
export type PagePaint = {
  rules: Rule[];
  uprights: Rule[];
  images: Rule[];
  /** How many operations the page has: none on an empty one. */
  marks: number;
  hidden: { x: number; y: number }[];
  /** Places where seen and hidden text both begin: which of them is hidden, in the order of painting. */
  both: { x: number; y: number; hidden: boolean[] }[];
};

type Matrix = [number, number, number, number, number, number];
type Operators = { fnArray: number[]; argsArray: unknown[] };
type State = { matrix: Matrix; mode: number; white: boolean };

const identity: Matrix = [1, 0, 0, 1, 0, 0];

/** Walks the operator list once, following the transformation and the text state. */
export function pagePaint(ops: Record<string, number>, list: Operators, view: number[]): PagePaint {
  const paint: PagePaint = {
    rules: [],
    uprights: [],
    images: [],
    hidden: [],
    both: [],
    marks: list.fnArray.length,
  };
  const places = new Map<string, { x: number; y: number; hidden: boolean[] }>();
  const filled: Rule[] = [];
  let state: State = { matrix: product(matrixOf(view), identity), mode: 0, white: false };
  let text: Matrix = identity;
  let line: Matrix = identity;
  let leading = 0;
  const stack: State[] = [];
  const move = (x: number, y: number): void => {
    line = product(line, [1, 0, 0, 1, x, y]);
    text = line;
  };
  for (let at = 0; at < list.fnArray.length; at += 1) {
    const op = list.fnArray[at];
    const args = asArray(list.argsArray[at]);
    if (op === ops["save"]) stack.push({ ...state });
    else if (op === ops["restore"]) state = stack.pop() ?? state;
    else if (op === ops["transform"])
      state = { ...state, matrix: product(state.matrix, matrixOf(args)) };
    else if (op === ops["paintFormXObjectBegin"]) {
      stack.push({ ...state });
      if (args[0]) state = { ...state, matrix: product(state.matrix, matrixOf(asArray(args[0]))) };
    } else if (op === ops["paintFormXObjectEnd"]) state = stack.pop() ?? state;
    else if (op === ops["setTextRenderingMode"]) state = { ...state, mode: Number(args[0]) };
    else if (op === ops["setFillRGBColor"]) state = { ...state, white: isWhite(args) };
    else if (op === ops["beginText"]) [text, line] = [identity, identity];
    else if (op === ops["setLeading"]) leading = -Number(args[0]);
    else if (op === ops["setTextMatrix"]) [text, line] = [textMatrix(args), textMatrix(args)];
    else if (op === ops["moveText"]) move(Number(args[0]), Number(args[1]));
    else if (op === ops["setLeadingMoveText"]) {
      leading = Number(args[1]);
      move(Number(args[0]), Number(args[1]));
    } else if (op === ops["nextLine"]) move(0, leading);
    else if (op === ops["showText"]) {
      const [, , , , x, y] = product(state.matrix, text);
      const onPaint = (): boolean =>
        filled.some(
          (box) => x >= box.x0 - 1 && x <= box.x1 + 1 && y >= box.y0 - 1 && y <= box.y1 + 1,
        );
      const hidden = state.mode === 3 || state.mode === 7 || (state.white && !onPaint());
      if (hidden) paint.hidden.push({ x, y });
      const key = `${Math.round(x)} ${Math.round(y)}`;
      const place = places.get(key) ?? { x, y, hidden: [] };
      place.hidden.push(hidden);
      places.set(key, place);
    } else if (op === ops["constructPath"]) {
      const box = boxOfPath(state.matrix, args);
      if (box) addPath(paint, filled, box, { fills: fills(ops, args[0]), white: state.white });
    } else if (
      op === ops["paintImageXObject"] ||
      op === ops["paintInlineImageXObject"] ||
      op === ops["paintImageMaskXObject"]
    ) {
      paint.images.push(mapBox(state.matrix, [0, 0, 1, 1]));
      filled.push(mapBox(state.matrix, [0, 0, 1, 1]));
    }
  }
  for (const place of places.values())
    if (place.hidden.includes(true) && place.hidden.includes(false)) paint.both.push(place);
  return paint;
}

function fills(ops: Record<string, number>, kind: unknown): boolean {
  return (
    kind === ops["fill"] ||
    kind === ops["eoFill"] ||
    kind === ops["fillStroke"] ||
    kind === ops["eoFillStroke"] ||
    kind === ops["closeFillStroke"]
  );
}

function addPath(
  paint: PagePaint,
  filled: Rule[],
  box: Rule,
  how: { fills: boolean; white: boolean },
): void {
  const height = box.y1 - box.y0;
  const width = box.x1 - box.x0;
  if (height < 3 && width > 8) paint.rules.push(box);
  else if (width < 3 && height > 8) paint.uprights.push(box);
  else if (how.fills && !how.white && height > 3 && width > 3) filled.push(box);
}

function boxOfPath(matrix: Matrix, args: unknown[]): Rule | undefined {
  const bounds = args[2];
  if (bounds === null || bounds === undefined || typeof bounds !== "object") return undefined;
  const [x0, y0, x1, y1] = Object.values(bounds).map(Number);
  if (
    x0 === undefined ||
    y0 === undefined ||
    x1 === undefined ||
    y1 === undefined ||
    !Number.isFinite(x0 + y0 + x1 + y1)
  )
    return undefined;
  return mapBox(matrix, [x0, y0, x1, y1]);
}

function mapBox(m: Matrix, [x0, y0, x1, y1]: [number, number, number, number]): Rule {
  const xs = [m[0] * x0 + m[2] * y0 + m[4], m[0] * x1 + m[2] * y1 + m[4]];
  const ys = [m[1] * x0 + m[3] * y0 + m[5], m[1] * x1 + m[3] * y1 + m[5]];
  return { x0: Math.min(...xs), y0: Math.min(...ys), x1: Math.max(...xs), y1: Math.max(...ys) };
}

function isWhite(args: unknown[]): boolean {
  const [first] = args;
  if (typeof first === "string") return /^#f[a-f0-9]f[a-f0-9]f[a-f0-9]$/i.test(first);
  return args.length >= 3 && args.slice(0, 3).every((value) => Number(value) >= 250);
}

function asArray(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return ArrayBuffer.isView(value) ? Object.values(value) : [];
}

function textMatrix(args: unknown[]): Matrix {
  return matrixOf(args.length === 1 ? asArray(args[0]) : args);
}

function matrixOf(values: unknown[]): Matrix {
  const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = values.map(Number);
  return [a, b, c, d, e, f];
}

function product(m: Matrix, n: Matrix): Matrix {
  return [
    m[0] * n[0] + m[2] * n[1],
    m[1] * n[0] + m[3] * n[1],
    m[0] * n[2] + m[2] * n[3],
    m[1] * n[2] + m[3] * n[3],
    m[0] * n[4] + m[2] * n[5] + m[4],
    m[1] * n[4] + m[3] * n[5] + m[5],
  ];
}
