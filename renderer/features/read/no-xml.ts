/** Stands in for vtk.js's XML writer, which needs Node's modules and which a viewer never calls. */
export function create(): never {
  throw new Error("Writing VTK files is not part of this viewer.");
}
