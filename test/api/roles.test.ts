import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { routes } from '../../api/routes/index.ts';
import { roles, type Role } from '../../domain/words.ts';
import { startApi, type Api } from '../support/api.ts';

const all: readonly Role[] = roles;
const staff: readonly Role[] = ['agent', 'manager', 'admin'];
const managers: readonly Role[] = ['manager', 'admin'];

/** Who may do what, written down a second time on purpose. */
const allowed: Record<string, readonly Role[] | 'anyone'> = {
  acceptEvents: ['sales-system', 'admin'],
  listCustomers: all,
  getCustomer: all,
  getCustomerPermissions: all,
  listDuplicates: managers,
  confirmDuplicate: managers,
  rejectDuplicate: managers,
  openCase: ['sales-system', 'manager', 'admin'],
  listCases: all,
  getCase: all,
  getTimeline: all,
  getLedger: staff,
  listJudgements: staff,
  closeCase: managers,
  pauseCase: managers,
  resumeCase: managers,
  listTasks: staff,
  getTask: staff,
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
  listPlaybooks: staff,
  publishPlaybook: managers,
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
  resendMail: managers,
  getLetter: staff,
  getLetters: staff,
  listLetters: staff,
  showObjection: 'anyone',
  object: 'anyone',
  showSatisfaction: 'anyone',
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
  reportSuccess: staff,
  reportArms: staff,
  readMonthlyReport: managers,
  printMonthlyReport: managers,
  reportMonth: managers,
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

let api: Api;
beforeAll(async () => {
  // Each route is asked without a key, too.
  api = await startApi({ limits: { failedAuthenticationsPerMinute: 1_000 } });
});
afterAll(() => api.stop());

test('every route is in the list of who may do what', () => {
  expect(routes.map(({ name }) => name).sort()).toEqual(Object.keys(allowed).sort());
});

describe.each(routes.map((route) => [route.name, route] as const))('%s', (name, route) => {
  const path = route.path.replaceAll(/\{\w+\}/g, 'unknown');
  const ask = (as: Role | null) => api.call(route.method.toUpperCase(), path, { as });

  test('without a key', async () => {
    const { status } = await ask(null);
    if (allowed[name] === 'anyone') expect([200, 400, 404, 503]).toContain(status);
    else expect(status).toBe(401);
  });

  test.each(roles)('as %s', async (role) => {
    const { status } = await ask(role);
    const may = allowed[name] === 'anyone' || allowed[name]!.includes(role);
    if (may) expect([200, 201, 202, 400, 404, 503]).toContain(status);
    else expect(status).toBe(403);
  });
});
