CREATE TABLE `signing_secrets` (
	`secret_id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`sealed` text NOT NULL,
	`created_at` text NOT NULL,
	`revoked_at` text,
	`last_used_at` text
);
--> statement-breakpoint
CREATE INDEX `signing_secrets_valid` ON `signing_secrets` (`name`) WHERE revoked_at is null;--> statement-breakpoint
CREATE TABLE `unknown_event_types` (
	`type` text PRIMARY KEY NOT NULL,
	`events` integer NOT NULL,
	`first_seen_at` text NOT NULL,
	`last_seen_at` text NOT NULL,
	`last_source` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `webhook_deliveries` (
	`delivery_seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`delivery_id` text NOT NULL,
	`webhook_id` text NOT NULL,
	`type` text NOT NULL,
	`occurrence` text NOT NULL,
	`customer_id` text,
	`case_id` text,
	`seq` integer,
	`payload` text NOT NULL,
	`occurred_at` text NOT NULL,
	`status` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`not_before` text NOT NULL,
	`lease_until` text,
	`last_attempt_at` text,
	`response_status` integer,
	`response_body` text,
	`last_error` text,
	`finished_at` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `webhook_deliveries_id` ON `webhook_deliveries` (`delivery_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `webhook_deliveries_once` ON `webhook_deliveries` (`webhook_id`,`occurrence`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_list` ON `webhook_deliveries` (`webhook_id`,`delivery_seq`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_status` ON `webhook_deliveries` (`webhook_id`,`status`,`delivery_seq`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_due` ON `webhook_deliveries` (`webhook_id`,`not_before`) WHERE status = 'pending';--> statement-breakpoint
CREATE INDEX `webhook_deliveries_order` ON `webhook_deliveries` (`webhook_id`,`customer_id`,`delivery_seq`) WHERE status in ('held', 'pending');--> statement-breakpoint
CREATE INDEX `webhook_deliveries_held` ON `webhook_deliveries` (`case_id`,`seq`) WHERE status = 'held';--> statement-breakpoint
CREATE INDEX `webhook_deliveries_held_due` ON `webhook_deliveries` (`not_before`) WHERE status = 'held';--> statement-breakpoint
CREATE INDEX `webhook_deliveries_finished` ON `webhook_deliveries` (`finished_at`);--> statement-breakpoint
CREATE TABLE `webhooks` (
	`webhook_id` text PRIMARY KEY NOT NULL,
	`url` text NOT NULL,
	`types` text NOT NULL,
	`description` text,
	`status` text NOT NULL,
	`secret` text NOT NULL,
	`previous_secret` text,
	`previous_secret_until` text,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`paused_until` text,
	`failing_since` text,
	`consecutive_failures` integer DEFAULT 0 NOT NULL,
	`last_success_at` text,
	`last_error` text
);
--> statement-breakpoint
ALTER TABLE `events` ADD `sent_by` text;--> statement-breakpoint
CREATE INDEX `events_cancellations` ON `events` (`customer_id`,`time`) WHERE type in ('cancellation.received', 'cancellation.withdrawn');--> statement-breakpoint
ALTER TABLE `customers` ADD `older_at` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `customers` ADD `last_cancellation_at` text;--> statement-breakpoint
ALTER TABLE `customers` ADD `last_withdrawal_at` text;--> statement-breakpoint
UPDATE `customers` SET `last_cancellation_at` = nullif(max(coalesce(`cancelled_at`, ''), coalesce((SELECT max(`time`) FROM `events` WHERE `type` = 'cancellation.received' AND type in ('cancellation.received', 'cancellation.withdrawn') AND `events`.`customer_id` = `customers`.`customer_id`), '')), ''), `last_withdrawal_at` = (SELECT max(`time`) FROM `events` WHERE `type` = 'cancellation.withdrawn' AND type in ('cancellation.received', 'cancellation.withdrawn') AND `events`.`customer_id` = `customers`.`customer_id`);--> statement-breakpoint
ALTER TABLE `customers` DROP COLUMN `cancelled_at`;--> statement-breakpoint
ALTER TABLE `customers` ADD `cancelled_at` text GENERATED ALWAYS AS (case when last_cancellation_at > coalesce(last_withdrawal_at, '') and last_cancellation_at >= coalesce(last_purchase_at, '') then last_cancellation_at end) VIRTUAL;--> statement-breakpoint
CREATE TABLE `__new_cases` (
	`case_id` text PRIMARY KEY NOT NULL,
	`customer_id` text NOT NULL,
	`episode` integer NOT NULL,
	`trigger` text NOT NULL,
	`status` text NOT NULL,
	`step` text NOT NULL,
	`outcome` text,
	`end_reason` text,
	`tier` text,
	`cause` text,
	`stated_cause` text,
	`assessed_cause` text,
	`stated_reason` text,
	`effective_at` text,
	`lost_at` text NOT NULL,
	`cancelled` integer DEFAULT false NOT NULL,
	`opened_at` text NOT NULL,
	`closed_at` text,
	`next_due_at` text,
	`paused_until` text,
	`policy_version` text NOT NULL,
	`decision` text,
	`decision_reason` text,
	`second_lifetime_value` integer,
	`control_group` integer DEFAULT false NOT NULL,
	`contacted` integer DEFAULT false NOT NULL,
	`playbook_id` text,
	`playbook_version` integer,
	`regained_at` text,
	`regained_by` text,
	`regained_amount` integer DEFAULT 0 NOT NULL,
	`concession_cost` integer DEFAULT 0 NOT NULL,
	`satisfaction_score` integer,
	`opened_by` text NOT NULL,
	`revision` integer DEFAULT 0 NOT NULL,
	`history_length` integer DEFAULT 0 NOT NULL
);--> statement-breakpoint
INSERT INTO `__new_cases`("case_id", "customer_id", "episode", "trigger", "status", "step", "outcome", "end_reason", "tier", "cause", "stated_cause", "assessed_cause", "stated_reason", "effective_at", "lost_at", "cancelled", "opened_at", "closed_at", "next_due_at", "paused_until", "policy_version", "decision", "decision_reason", "second_lifetime_value", "control_group", "contacted", "playbook_id", "playbook_version", "regained_at", "regained_by", "regained_amount", "concession_cost", "satisfaction_score", "opened_by", "revision", "history_length") SELECT "case_id", "customer_id", "episode", "trigger", "status", "step", "outcome", "end_reason", "tier", "cause", "stated_cause", "assessed_cause", "stated_reason", "effective_at", CASE WHEN "trigger" = 'cancellation' THEN coalesce((SELECT max("time") FROM `events` WHERE "type" = 'cancellation.received' AND type in ('cancellation.received', 'cancellation.withdrawn') AND `events`."customer_id" = `cases`."customer_id" AND "received_at" <= `cases`."opened_at"), "opened_at") ELSE coalesce((SELECT max("purchased_at") FROM `purchases` WHERE `purchases`."customer_id" = `cases`."customer_id" AND "purchased_at" <= `cases`."opened_at"), "opened_at") END, CASE WHEN "trigger" = 'cancellation' OR EXISTS (SELECT 1 FROM `timeline` WHERE `timeline`."case_id" = `cases`."case_id" AND "code" = 'cancellation') THEN 1 ELSE 0 END, "opened_at", "closed_at", "next_due_at", "paused_until", "policy_version", "decision", "decision_reason", "second_lifetime_value", "control_group", "contacted", "playbook_id", "playbook_version", "regained_at", "regained_by", "regained_amount", "concession_cost", "satisfaction_score", "opened_by", "revision", 0 FROM `cases`;--> statement-breakpoint
DROP TABLE `cases`;--> statement-breakpoint
ALTER TABLE `__new_cases` RENAME TO `cases`;--> statement-breakpoint
CREATE UNIQUE INDEX `cases_customer_episode` ON `cases` (`customer_id`,`episode`);--> statement-breakpoint
CREATE UNIQUE INDEX `cases_one_open` ON `cases` (`customer_id`) WHERE status = 'open';--> statement-breakpoint
CREATE INDEX `cases_walk` ON `cases` (`status`,`case_id`);--> statement-breakpoint
CREATE INDEX `cases_closed` ON `cases` (`closed_at`) WHERE closed_at is not null;--> statement-breakpoint
CREATE INDEX `cases_list` ON `cases` (`status`,`opened_at`,`case_id`);--> statement-breakpoint
CREATE INDEX `cases_due` ON `cases` (`status`,`next_due_at`,`case_id`);--> statement-breakpoint
CREATE INDEX `cases_step` ON `cases` (`status`,`step`,`opened_at`,`case_id`);--> statement-breakpoint
CREATE INDEX `cases_trigger` ON `cases` (`status`,`trigger`,`opened_at`,`case_id`);--> statement-breakpoint
CREATE INDEX `cases_tier` ON `cases` (`status`,`tier`,`opened_at`,`case_id`);--> statement-breakpoint
CREATE INDEX `cases_cause` ON `cases` (`status`,`cause`,`opened_at`,`case_id`);--> statement-breakpoint
CREATE INDEX `cases_outcome` ON `cases` (`status`,`outcome`,`opened_at`,`case_id`);
