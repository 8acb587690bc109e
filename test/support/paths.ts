/** The variables by which `run.ts` and `global-setup.ts` tell the tests where things are. */
export const testPathVariables = {
  temporal: 'WINBACK_TEST_TEMPORAL',
  timeSkipping: 'WINBACK_TEST_TIME_SKIPPING',
  bundle: 'WINBACK_TEST_BUNDLE',
  chromium: 'WINBACK_CHROMIUM',
} as const;

/** Path of the Temporal server's binary, of the time-skipping server, of the workflow bundle, or of a browser. */
export function testPath(of: keyof typeof testPathVariables): string {
  const variable = testPathVariables[of];
  const path = process.env[variable];
  if (!path) throw new Error(`${variable} is not set: run the tests with \`npm test\``);
  return path;
}
