// Node strips the types itself, so nothing is transformed; `test/run.ts` sets the flags that native
// ES modules need.
const project = {
  testEnvironment: 'node',
  transform: {},
  extensionsToTreatAsEsm: ['.ts'],
};
const pure = ['config', 'db', 'domain'];

export default {
  projects: [
    {
      ...project,
      displayName: 'pure',
      testMatch: pure.map((folder) => `<rootDir>/test/${folder}/**/*.test.ts`),
    },
    {
      ...project,
      displayName: 'whole',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: [
        '/node_modules/',
        ...[...pure, 'web'].map((folder) => `<rootDir>/test/${folder}/`),
      ],
      globalSetup: '<rootDir>/test/support/global-setup.ts',
    },
    {
      ...project,
      displayName: 'web',
      testMatch: ['<rootDir>/test/web/**/*.test.ts'],
      globalSetup: '<rootDir>/test/support/web-setup.ts',
    },
  ],
  // They mostly wait: for timers, browsers, and processes that start.
  maxWorkers: 3,
  testTimeout: 120_000,
  // Native modules in jest's sandbox leak (jest #14605).
  workerIdleMemoryLimit: '1GB',
  // `workflows/` is missing because it cannot be counted: it runs as a bundle inside the SDK's own
  // sandbox, which v8 coverage does not see. Neither does it see processes that a test starts.
  collectCoverageFrom: [
    '{activities,api,cli,config,db,domain,imports,mail,relay,temporal}/**/*.ts',
  ],
  coverageProvider: 'v8',
  coverageReporters: ['text-summary', 'json-summary', 'lcov'],
};
