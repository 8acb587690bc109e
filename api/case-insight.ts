import { causesOf, lostRevenueOf } from '../db/case-causes.ts';
import { readyRules } from '../db/cause-rules.ts';
import { suggestCauses } from '../domain/cause-suggestion.ts';
import type { CaseRecord } from '../domain/records.ts';
import type { Call } from './route.ts';
import { caseJson } from './schemas/case.ts';

/** Cases as the API shows them, with what is known and suggested of their causes. */
export async function shownCases({ db, policy }: Call, records: CaseRecord[]) {
  const [causes, lostRevenue, rules] = await Promise.all([
    causesOf(db, records),
    lostRevenueOf(
      db,
      records.map(({ caseId }) => caseId),
    ),
    readyRules(db),
  ]);
  return records.map((record) => {
    const { caseId, statedReason } = record;
    const insight = {
      causes: causes.get(caseId)!,
      lostRevenue: lostRevenue.get(caseId)!,
      suggestions: statedReason === null ? [] : suggestCauses(statedReason, rules),
    };
    return caseJson(record, insight, policy.currency);
  });
}

export async function shownCase(call: Call, record: CaseRecord) {
  const [shown] = await shownCases(call, [record]);
  return shown!;
}
