/**
 * Which folder may import which. Type-only imports count as well.
 * @type {import('dependency-cruiser').IConfiguration}
 */
const inPackage = (name) => `(^|/)node_modules/(@types/)?${name}/`;
const anyPackage = '(^|/)node_modules/';
const source =
  '^(activities|api|cli|config|db|domain|imports|mail|relay|temporal|workflows)/|^[^/]+[.]ts$';

/** `folder` may import itself and what `allowed` names, nothing else. */
const reach = (folder, allowed, comment) => ({
  name: `${folder}-reach`,
  comment,
  severity: 'error',
  from: { path: `^${folder}/` },
  to: { pathNot: [`^${folder}/`, ...allowed] },
});

module.exports = {
  forbidden: [
    reach(
      'domain',
      [inPackage('temporal-polyfill'), inPackage('@stdlib/[^/]+')],
      'The rules are pure: no package but the calendar and special functions, no Node built-in, no other folder.',
    ),
    {
      name: 'workflows-without-time-zones',
      comment:
        'Zone data changes with Node; a replay would then come to other dates. Only activities and configuration compute zones.',
      severity: 'error',
      from: { path: '^(workflows|domain)/', pathNot: '^domain/contact-plan[.]ts$' },
      to: { path: '^domain/(calendar|contact-plan)[.]ts$' },
    },
    {
      name: 'special-functions-in-models',
      severity: 'error',
      from: { path: source, pathNot: '^domain/models/' },
      to: { path: inPackage('@stdlib/[^/]+') },
    },
    reach(
      'workflows',
      [
        '^domain/',
        '^activities/',
        inPackage('@temporalio/workflow'),
        inPackage('@temporalio/common'),
      ],
      'Workflow code runs in the deterministic sandbox.',
    ),
    {
      name: 'workflows-activities-as-types',
      comment: 'A workflow calls activities through a proxy; it imports only their types.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { path: '^activities/', dependencyTypesNot: ['type-only'] },
    },
    reach('activities', [
      '^domain/',
      '^db/',
      inPackage('@temporalio/activity'),
      inPackage('date-holidays'),
      inPackage('pure-rand'),
    ]),
    {
      name: 'holidays-only-when-needed',
      comment: 'The library takes 40 MB: it is loaded when a year has to be known.',
      severity: 'error',
      from: { path: source },
      to: { path: inPackage('date-holidays'), dependencyTypesNot: ['type-only', 'dynamic-import'] },
    },
    {
      name: 'db-reach',
      severity: 'error',
      from: { path: '^db/' },
      to: {
        pathNot: ['^db/', '^domain/', inPackage('drizzle-orm'), inPackage('better-sqlite3')],
        dependencyTypesNot: ['core'],
      },
    },
    {
      name: 'only-db-knows-drizzle',
      severity: 'error',
      from: { path: source, pathNot: '^db/|^drizzle[.]config[.]ts$' },
      to: { path: [inPackage('drizzle-orm'), inPackage('better-sqlite3')] },
    },
    {
      name: 'api-reach',
      comment:
        'The API reads the database and talks to workflows by their messages alone. A policy that names a region needs its holidays.',
      severity: 'error',
      from: { path: '^api/' },
      to: {
        pathNot: [
          '^(api|config|db|domain|imports|mail)/',
          '^temporal/(recoveries|scan-schedule)[.]ts$',
          '^temporal[.]config[.]ts$',
          '^activities/holidays[.]ts$',
          anyPackage,
        ],
        dependencyTypesNot: ['core'],
      },
    },
    {
      name: 'imports-reach',
      comment:
        'Files of others, read, checked and written into the database; the command and the API use it.',
      severity: 'error',
      from: { path: '^imports/' },
      to: {
        pathNot: ['^(imports|config|db|domain)/', inPackage('zod')],
        dependencyTypesNot: ['core'],
      },
    },
    {
      name: 'mail-reach',
      comment: 'What is written to customers and management, and how it leaves: no database.',
      severity: 'error',
      from: { path: '^mail/' },
      to: { pathNot: ['^(mail|domain)/', anyPackage], dependencyTypesNot: ['core'] },
    },
    {
      name: 'api-without-worker',
      severity: 'error',
      from: { path: '^api/' },
      to: { path: inPackage('@temporalio/(activity|worker)') },
    },
    {
      name: 'zod-at-the-edges',
      severity: 'error',
      from: { path: source, pathNot: '^(api|cli|config|imports)/' },
      to: { path: inPackage('zod(-openapi)?') },
    },
    {
      name: 'web-reach',
      comment:
        'The web app knows the API by its generated types alone, and the words of the domain.',
      severity: 'error',
      from: { path: '^web/' },
      to: { pathNot: ['^(web|domain)/', anyPackage] },
    },
    {
      name: 'web-alone',
      severity: 'error',
      from: { pathNot: '^web/' },
      to: { path: '^web/' },
    },
    {
      name: 'tests-stay-outside',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { path: '^test/' },
    },
    {
      name: 'no-development-package-at-run-time',
      comment: 'What is shipped must run after `npm ci --omit=dev`.',
      severity: 'error',
      from: { path: [source, '^web/'], pathNot: '^drizzle[.]config[.]ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-cycle',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(coverage|db/migrations|web/dist)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
