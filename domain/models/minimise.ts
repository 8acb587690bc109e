/** A function of several variables at a point, with its gradient there. */
export type Differentiable = (x: number[]) => { value: number; gradient: number[] };

export type Minimum = { x: number[]; value: number; converged: boolean };

const mostSteps = 500;
/** of the largest component of the gradient */
const flatEnough = 1e-7;
/** A longer step leaves the region in which the gradient says anything; on a logarithmic scale 2 is a factor of 7. */
const longestStep = 2;

/**
 * The minimum of a smooth function by BFGS with a backtracking line search (Nocedal and Wright, Numerical
 * Optimization, 2nd ed., algorithm 6.1 and procedure 3.1). Meant for a handful of variables of similar scale and a
 * function whose values are of the order of 1.
 * @param start where the search begins; the function must be finite there
 */
export function minimise(f: Differentiable, start: number[]): Minimum {
  const indices = start.map((_, i) => i);
  let x = start;
  let { value, gradient } = f(x);
  let inverse = identity(start.length);
  for (let steps = 0; steps < mostSteps; steps += 1) {
    if (largest(gradient) < flatEnough) return { x, value, converged: true };
    let direction = inverse.map((row) => -dot(row, gradient));
    if (!(dot(direction, gradient) < 0)) {
      inverse = identity(start.length);
      direction = gradient.map((slope) => -slope);
    }
    const shorten = Math.min(1, longestStep / largest(direction));
    direction = direction.map((d) => d * shorten);

    const next = lineSearch(f, { x, value, gradient, direction });
    // Below this no step can be told from rounding; whether that is a minimum, the gradient says.
    if (!next) return { x, value, converged: largest(gradient) < flatEnough * 100 };
    const step = indices.map((i) => next.x[i]! - x[i]!);
    const change = indices.map((i) => next.gradient[i]! - gradient[i]!);
    inverse = updated(inverse, step, change);
    ({ x, value, gradient } = next);
  }
  return { x, value, converged: false };
}

function lineSearch(
  f: Differentiable,
  from: { x: number[]; value: number; gradient: number[]; direction: number[] },
) {
  const slope = dot(from.direction, from.gradient);
  for (let length = 1; length > 1e-12; length /= 2) {
    const x = from.x.map((xi, i) => xi + length * from.direction[i]!);
    const { value, gradient } = f(x);
    if (value <= from.value + 1e-4 * length * slope && gradient.every(Number.isFinite)) {
      return { x, value, gradient };
    }
  }
  return null;
}

/** The BFGS update of the inverse Hessian; left as it is where the curvature is not positive. */
function updated(inverse: number[][], step: number[], change: number[]): number[][] {
  const curvature = dot(step, change);
  if (!(curvature > 1e-14)) return inverse;
  const moved = inverse.map((row) => dot(row, change));
  const factor = (1 + dot(change, moved) / curvature) / curvature;
  return inverse.map((row, i) =>
    row.map(
      (h, j) =>
        h +
        factor * step[i]! * step[j]! -
        (moved[i]! * step[j]! + step[i]! * moved[j]!) / curvature,
    ),
  );
}

function identity(size: number): number[][] {
  return Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => (i === j ? 1 : 0)),
  );
}

function dot(a: number[], b: number[]): number {
  return a.reduce((sum, ai, i) => sum + ai * b[i]!, 0);
}

function largest(values: number[]): number {
  return Math.max(...values.map(Math.abs));
}
