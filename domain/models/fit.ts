import { minimise, type Differentiable } from './minimise.ts';

/** Why there are no parameters to go by. Whoever asks for a fit falls back to a rule that needs none, and says so. */
export const badFits = ['too-few-customers', 'no-convergence', 'at-boundary'] as const;
export type BadFit = (typeof badFits)[number];

export type Fit<Parameters> =
  { fitted: true; parameters: Parameters } | { fitted: false; reason: BadFit; detail: string };

/** Parameters beyond these say that the data know no such parameter, for instance that nobody ever drops out. */
const boundary = { from: 1e-4, to: 1e4 };

/**
 * Maximum likelihood over positive parameters, sought on their logarithms from `start`.
 * @param names of the parameters, in the order of `start`
 * @param meanLogLikelihood per customer, with its gradient by the parameters themselves
 * @param scaleFree names of parameters that carry the data's unit; they have no boundary of their own
 */
export function maximise<Name extends string>(options: {
  names: readonly Name[];
  start: number[];
  meanLogLikelihood: Differentiable;
  scaleFree: readonly Name[];
}): Fit<Record<Name, number>> & { meanLogLikelihood: number } {
  const { names, start, scaleFree } = options;
  const { x, value, converged } = minimise((logs) => {
    const parameters = logs.map(Math.exp);
    const at = options.meanLogLikelihood(parameters);
    return { value: -at.value, gradient: at.gradient.map((g, i) => -g * parameters[i]!) };
  }, start.map(Math.log));
  const parameters = Object.fromEntries(names.map((name, i) => [name, Math.exp(x[i]!)])) as Record<
    Name,
    number
  >;
  const meanLogLikelihood = -value;

  const runaway = names.find(
    (name) =>
      !scaleFree.includes(name) &&
      !(parameters[name] >= boundary.from && parameters[name] <= boundary.to),
  );
  if (runaway !== undefined) {
    const detail = `${runaway} ran off to ${parameters[runaway].toPrecision(3)}`;
    return { fitted: false, reason: 'at-boundary', detail, meanLogLikelihood };
  }
  if (!converged || !Number.isFinite(meanLogLikelihood)) {
    const detail = 'the search for the most likely parameters found no end';
    return { fitted: false, reason: 'no-convergence', detail, meanLogLikelihood };
  }
  return { fitted: true, parameters, meanLogLikelihood };
}
