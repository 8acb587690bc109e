import { causesOf, lostRevenueOf } from '../db/case-causes.ts';
import { readyRules } from '../db/cause-rules.ts';
import { strictRegainsOf } from '../db/judgements.ts';
import { suggestCauses } from '../domain/cause-suggestion.ts';
import type { CaseRecord } from '../domain/records.ts';
import type { Call } from './route.ts';
import { caseJson } from './schemas/case.ts';

/** Cases as the API shows them, with what is known and suggested of their causes. */
export async function shownCases({ db, policy }: Call, records: CaseRecord[]) {
  const caseIds = records.map(({ caseId }) => caseId);
  const [causes, lostRevenue, rules, strictRegains] = await Promise.all([
    causesOf(db, records),
    lostRevenueOf(db, caseIds),
    readyRules(db),
    strictRegainsOf(db, caseIds),
  ]);
  return records.map((record) => {
    const { caseId, statedReason } = record;
    const insight = {
      causes: causes.get(caseId)!,
      lostRevenue: lostRevenue.get(caseId)!,
      suggestions: statedReason === null ? [] : suggestCauses(statedReason, rules),
      strictRegain: strictRegains.get(caseId) ?? null,
    };
    return caseJson(record, insight, policy.currency);
  });
}

export async function shownCase(call: Call, record: CaseRecord) {
  const [shown] = await shownCases(call, [record]);
  return shown!;
}
