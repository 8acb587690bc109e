import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { routes } from '../../api/routes/index.ts';
import { userRoles, type UserRole } from '../../domain/users.ts';
import { roles, type Role } from '../../domain/words.ts';
import { startApi, type Answer, type Api } from '../support/api.ts';
import { signedInPerson, type Person } from '../support/people.ts';

const all: readonly Role[] = roles;
const staff: readonly Role[] = ['agent', 'manager', 'admin'];
const managers: readonly Role[] = ['manager', 'admin'];

/** Who may do what, written down a second time on purpose. */
const allowed: Record<string, readonly Role[] | 'anyone'> = {
  acceptEvents: ['sales-system', 'admin'],
  listCustomers: all,
  getCustomer: all,
  getCustomerPermissions: all,
  getCustomerRhythm: all,
  listPurchases: all,
  uploadImport: managers,
  listImports: managers,
  getImport: managers,
  previewImport: managers,
  startImport: managers,
  readImportErrors: managers,
  deleteImport: managers,
  loadExample: ['admin'],
  getStart: staff,
  sendTestMail: ['admin'],
  listDuplicates: managers,
  confirmDuplicate: managers,
  rejectDuplicate: managers,
  openCase: ['sales-system', 'manager', 'admin'],
  listCases: all,
  getCase: all,
  getTimeline: all,
  getLedger: staff,
  listJudgements: staff,
  getWorkflow: managers,
  getBoard: managers,
  listBoardCases: managers,
  listViews: managers,
  saveView: managers,
  deleteView: managers,
  closeCase: managers,
  pauseCase: managers,
  resumeCase: managers,
  watchChanges: staff,
  listTasks: staff,
  getTask: staff,
  getConsequences: staff,
  nextTask: staff,
  reassignTasks: managers,
  listTeams: staff,
  createTeam: managers,
  changeTeam: managers,
  listMembers: staff,
  addMember: managers,
  changeMember: managers,
  removeMember: managers,
  listAbsences: staff,
  addAbsence: staff,
  endAbsence: staff,
  createCalendarFeed: staff,
  listCalendarFeeds: staff,
  revokeCalendarFeed: staff,
  readCalendar: 'anyone',
  listNotes: staff,
  addNote: staff,
  listMentions: staff,
  listAttachments: staff,
  addAttachment: staff,
  readAttachment: staff,
  deleteAttachment: staff,
  claimTask: staff,
  assignTask: managers,
  rescheduleTask: staff,
  completeTask: staff,
  getCommand: all,
  undoCommand: staff,
  listPolicies: staff,
  publishPolicy: managers,
  checkPolicy: managers,
  previewPolicy: managers,
  listPlaybooks: staff,
  publishPlaybook: managers,
  checkPlaybook: managers,
  choosePlaybook: staff,
  getPlaybook: staff,
  listPlaybookVersions: staff,
  listTemplateVersions: staff,
  retirePlaybook: managers,
  previewPlaybook: managers,
  applyPlaybook: managers,
  getPlan: staff,
  tailorPlan: staff,
  listOffers: staff,
  putOffer: managers,
  retireOffer: managers,
  listCaseOffers: staff,
  listAllowedOffers: staff,
  listCauses: staff,
  addCause: managers,
  changeCause: managers,
  recordCause: staff,
  getCauseRules: managers,
  changeCauseRules: managers,
  suggestCauses: staff,
  getInterviewGuide: staff,
  getInterviewGuideOfCase: staff,
  listTemplates: staff,
  getTemplate: staff,
  publishTemplate: managers,
  previewTemplate: managers,
  listMails: managers,
  getMail: managers,
  resendMail: managers,
  getLetter: staff,
  getLetters: staff,
  listLetters: staff,
  showObjection: 'anyone',
  object: 'anyone',
  showSatisfaction: 'anyone',
  reportTeam: staff,
  listCampaigns: managers,
  previewCampaign: managers,
  startCampaign: managers,
  getCampaign: managers,
  stopCampaign: managers,
  listRecontacts: managers,
  answerSatisfaction: 'anyone',
  startScan: managers,
  getScan: managers,
  listScans: managers,
  listCandidates: managers,
  getDetection: managers,
  listFits: managers,
  getScanSchedule: managers,
  changeScanSchedule: managers,
  reportCases: staff,
  reportSuccess: staff,
  reportArms: staff,
  readMonthlyReport: managers,
  printMonthlyReport: managers,
  reportMonth: managers,
  listReportMails: managers,
  reportCauses: staff,
  reportRises: managers,
  listTopics: managers,
  listActions: managers,
  createAction: managers,
  getAction: managers,
  changeAction: managers,
  completeAction: managers,
  listPointBalances: staff,
  listPointEntries: staff,
  listPayrollClosings: managers,
  exportPayroll: managers,
  closePayroll: managers,
  reportSecondLife: staff,
  drawSecondLife: staff,
  reportForecast: staff,
  reportUnknownEvents: managers,
  listSigningSecrets: ['admin'],
  createSigningSecret: ['admin'],
  revokeSigningSecret: ['admin'],
  getSession: 'anyone',
  signIn: 'anyone',
  signOut: 'anyone',
  changeOwnUser: staff,
  changePassword: staff,
  listSessions: staff,
  endOtherSessions: staff,
  endSession: staff,
  setUp: 'anyone',
  listUsers: managers,
  createUser: ['admin'],
  changeUser: ['admin'],
  inviteUser: ['admin'],
  askForReset: 'anyone',
  getPasswordLink: 'anyone',
  usePasswordLink: 'anyone',
  beginOpenId: 'anyone',
  finishOpenId: 'anyone',
  listStaff: staff,
  listAudit: ['admin'],
  getBusinessCalendar: staff,
  getInstallation: managers,
  listKeys: ['admin'],
  createKey: ['admin'],
  revokeKey: ['admin'],
  listWebhooks: ['admin'],
  createWebhook: ['admin'],
  getWebhook: ['admin'],
  changeWebhook: ['admin'],
  deleteWebhook: ['admin'],
  rotateWebhookSecret: ['admin'],
  testWebhook: ['admin'],
  listWebhookDeliveries: ['admin'],
  replayWebhookDelivery: ['admin'],
  replayWebhookDeliveries: ['admin'],
  health: 'anyone',
  readiness: 'anyone',
  metrics: all,
};

/** Nobody but programs is a sales system. */
const people = userRoles;
let api: Api;
let signedIn: Record<UserRole, Person>;
beforeAll(async () => {
  // Each route is asked without a key, too.
  api = await startApi({ limits: { failedAuthenticationsPerMinute: 1_000 } });
  signedIn = {
    agent: await signedInPerson(api, { role: 'agent' }),
    manager: await signedInPerson(api, { role: 'manager' }),
    admin: await signedInPerson(api, { role: 'admin' }),
  };
});
afterAll(() => api.stop());

test('every route is in the list of who may do what', () => {
  expect(routes.map(({ name }) => name).sort()).toEqual(Object.keys(allowed).sort());
});

describe.each(routes.map((route) => [route.name, route] as const))('%s', (name, route) => {
  const method = route.method.toUpperCase();
  const path = route.path.replaceAll(/\{\w+\}/g, 'unknown');
  const ask = (as: Role | null) => api.call(method, path, { as });
  const isFor = (role: Role) => allowed[name] === 'anyone' || allowed[name]!.includes(role);
  const mustFit = ({ status }: Answer, may: boolean) =>
    may
      ? expect([200, 201, 202, 204, 400, 404, 409, 503]).toContain(status)
      : expect(status).toBe(403);

  test('without a key', async () => {
    const { status } = await ask(null);
    if (allowed[name] === 'anyone') expect([200, 204, 400, 404, 503]).toContain(status);
    else expect(status).toBe(401);
  });

  test.each(roles)('with a key as %s', async (role) => mustFit(await ask(role), isFor(role)));

  test.each(people)('signed in as %s', async (role) => {
    // Signing out would leave the others without a session.
    const by = name === 'signOut' ? await signedInPerson(api, { role }) : signedIn[role];
    const answer = await by.call(method, path);
    mustFit(answer, isFor(role));
  });

  test.each(people)('signed in as %s, from the page of another site', async (role) => {
    const headers = { 'sec-fetch-site': 'cross-site' };
    const answer = await signedIn[role].call(method, path, { headers });
    const changes = route.method !== 'get' && (route.roles !== 'anyone' || route.forPages);
    if (!changes) return mustFit(answer, isFor(role));
    expect(answer.body).toMatchObject({ status: 403, code: 'cross-site' });
  });
});
