import {
  Button,
  Checkbox,
  Group,
  Modal,
  MultiSelect,
  NumberInput,
  Select,
  Stack,
  TextInput,
} from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { languages } from '../../../domain/mails.ts';
import { offerKinds } from '../../../domain/offers.ts';
import { causes, tiers } from '../../../domain/words.ts';
import { http, problemOf } from '../../api/client.ts';
import { useKeys } from '../../api/keys.ts';
import { tell } from '../../app/tell.ts';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { useNames } from '../../words/domain.ts';
import { minorUnits, newOffer, type Draft, type Offer } from './offers.ts';
import { useOfferWords } from './words.ts';

type Props = {
  /** null: a new one */
  offer: Offer | null;
  /** the rest of the catalogue */
  others: Offer[];
  currency: string;
  onClose: () => void;
};

/** Writes an offer of the catalogue, or has it made no more. What was offered stays as it is. */
export default function EditOffer({ offer, others, currency, onClose }: Props) {
  const t = useOfferWords();
  const names = useNames();
  const queries = useQueryClient();
  const keys = useKeys();
  const minor = minorUnits(currency);
  const [draft, setDraft] = useState<Draft>(() =>
    offer
      ? {
          ...offer,
          cost: offer.cost.amount / minor,
          monthlyBudget: offer.monthlyBudget && offer.monthlyBudget.amount / minor,
        }
      : newOffer,
  );
  const change = (changed: Partial<Draft>) => setDraft((before) => ({ ...before, ...changed }));
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);

  const send = async (sent: Promise<{ error?: unknown }>, done: string) => {
    setPending(true);
    const { error } = await sent;
    setPending(false);
    if (error) return setProblem(error);
    await queries.invalidateQueries({ queryKey: ['offers'] });
    tell(done);
    onClose();
  };
  const save = () => {
    const { offerId, title, kind, causes, tiers, forAnyCause, fallback } = draft;
    const { marginFloorPercent, validDays, cost, monthlyBudget } = draft;
    const given = languages.flatMap((one) => {
      const name = draft.names[one]?.trim();
      return name ? [[one, name] as const] : [];
    });
    const body = {
      ...{ offerId, title, kind, causes, tiers, forAnyCause, fallback },
      ...{ marginFloorPercent: Number(marginFloorPercent), validDays: Number(validDays) },
      names: Object.fromEntries(given),
      cost: Math.round(Number(cost) * minor),
      monthlyBudget:
        monthlyBudget === null || monthlyBudget === ''
          ? null
          : Math.round(Number(monthlyBudget) * minor),
      ...(offer === null && { isNew: true }),
    };
    return send(
      http.POST('/api/v1/offers', { params: { header: keys.of(body) }, body }),
      t(offer ? 'saved' : 'added'),
    );
  };
  const retire = ({ offerId }: Offer) =>
    send(
      http.POST('/api/v1/offers/{offerId}/retire', {
        params: { path: { offerId }, header: keys.of({ retire: offerId }) },
      }),
      t('retiredNow'),
    );
  const beside = ['offerId', 'title', 'cost', 'monthlyBudget', 'marginFloorPercent', 'validDays'];
  const errors = problem === null ? [] : (problemOf(problem).errors ?? []);
  const errorOf = (field: string) => errors.find((one) => one.field === field)?.rule;
  const isElsewhere =
    problem !== null &&
    (errors.length === 0 || errors.some(({ field }) => !beside.includes(field)));
  return (
    <Modal opened onClose={onClose} withCloseButton={false}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Stack gap="sm">
          <Modal.Title fw={600}>{offer ? offer.title : t('new')}</Modal.Title>
          {!offer && (
            <TextInput
              label={t('offerId')}
              description={t('offerIdMeans')}
              value={draft.offerId}
              onChange={(event) => change({ offerId: event.target.value })}
              error={errorOf('offerId')}
              required
              maxLength={50}
              data-autofocus
            />
          )}
          <TextInput
            label={t('name')}
            value={draft.title}
            onChange={(event) => change({ title: event.target.value })}
            error={errorOf('title')}
            required
            maxLength={200}
            data-autofocus={offer !== null || undefined}
          />
          {languages.map((language) => (
            <TextInput
              key={language}
              label={t(`nameIn.${language}`)}
              description={t('nameInMeans')}
              value={draft.names[language] ?? ''}
              onChange={(event) =>
                change({ names: { ...draft.names, [language]: event.target.value } })
              }
              maxLength={200}
            />
          ))}
          <Select
            label={t('kind')}
            value={draft.kind}
            allowDeselect={false}
            onChange={(kind) => kind && change({ kind })}
            data={offerKinds.map((value) => ({ value, label: t(`kinds.${value}`) }))}
          />
          <NumberInput
            label={`${t('cost')} (${currency})`}
            value={draft.cost}
            onChange={(cost) => change({ cost })}
            error={errorOf('cost')}
            min={0}
            required
          />
          <NumberInput
            label={`${t('budget')} (${currency})`}
            description={t('budgetMeans')}
            value={draft.monthlyBudget ?? ''}
            onChange={(monthlyBudget) => change({ monthlyBudget })}
            error={errorOf('monthlyBudget')}
            min={0}
          />
          <MultiSelect
            label={t('tiers')}
            description={t('tiersMeans')}
            value={draft.tiers}
            onChange={(value) => change({ tiers: tiers.filter((one) => value.includes(one)) })}
            data={[...tiers]}
          />
          <MultiSelect
            label={t('causes')}
            description={t('tiersMeans')}
            value={draft.causes}
            onChange={(value) => change({ causes: causes.filter((one) => value.includes(one)) })}
            data={causes.map((value) => ({ value, label: names.causes[value] }))}
            searchable
          />
          {draft.kind === 'discount' && (
            <Checkbox
              label={t('forAnyCause')}
              checked={draft.forAnyCause}
              onChange={(event) => change({ forAnyCause: event.target.checked })}
            />
          )}
          <NumberInput
            label={t('marginFloor')}
            value={draft.marginFloorPercent}
            onChange={(marginFloorPercent) => change({ marginFloorPercent })}
            error={errorOf('marginFloorPercent')}
            min={0}
            max={100}
          />
          <NumberInput
            label={t('validDays')}
            value={draft.validDays}
            onChange={(validDays) => change({ validDays })}
            error={errorOf('validDays')}
            min={1}
            max={3_650}
            required
          />
          <Select
            label={t('fallback')}
            value={draft.fallback}
            onChange={(fallback) => change({ fallback })}
            placeholder={t('noFallback')}
            clearable
            data={others.map(({ offerId, title }) => ({ value: offerId, label: title }))}
          />
          {isElsewhere && <ProblemAlert error={problem} />}
          <Group justify="space-between">
            {offer?.retiredAt === null ? (
              <Button variant="default" disabled={pending} onClick={() => void retire(offer)}>
                {t('retire')}
              </Button>
            ) : (
              <span />
            )}
            <Group gap="xs">
              <Button variant="default" onClick={onClose}>
                {t('cancel')}
              </Button>
              <Button type="submit" loading={pending}>
                {t(offer ? 'save' : 'add')}
              </Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
